# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Why a plan could not be made: one number block a stage, as in hoi_planner_msgs."""

import enum


class FailureCode(enum.IntEnum):
    """Error codes of every stage; hoi_planner_msgs/action/*.action repeat them, a test compares."""

    NONE = 0

    # The request, checked at the edge.
    INVALID_REQUEST = 100
    UNKNOWN_TASK = 101
    MISSING_MESH = 102
    INVALID_MESH = 103
    FORBIDDEN_MESH_PATH = 104
    INVALID_POSE = 105
    STALE_OBJECT_STATE = 106
    MISSING_OBJECT_STATE = 107
    INVALID_TIME_BUDGET = 108
    DUPLICATE_OBJECT_ID = 109
    UNKNOWN_FRAME = 110
    MESSAGE_TOO_LARGE = 111
    UNKNOWN_HAND_MODEL = 112
    OUT_OF_WORKSPACE = 113
    TRANSFORM_UNAVAILABLE = 114

    # Generation of candidates.
    GENERATOR_UNAVAILABLE = 200
    NO_CANDIDATE = 201
    GENERATION_FAILED = 202
    UNKNOWN_GENERATOR = 203

    # Validation in physics.
    VALIDATOR_UNAVAILABLE = 300
    DISPLACEMENT_EXCEEDED = 301
    ROTATION_EXCEEDED = 302
    OBJECT_DROPPED = 303
    PENETRATION_DEPTH_EXCEEDED = 304
    PENETRATION_VOLUME_EXCEEDED = 305
    FORCE_EXCEEDED = 306
    SIMULATION_FAILED = 307
    VALIDATOR_WORKER_DIED = 308
    HAND_TABLE_COLLISION = 309
    HAND_HAND_COLLISION = 310
    HAND_OBSTACLE_COLLISION = 311

    # Execution of the accepted plan.
    EXECUTOR_UNAVAILABLE = 400
    EXECUTION_REJECTED = 401
    EXECUTION_FAILED = 402

    # The request as a whole.
    TIMED_OUT = 500
    CANCELED = 501
    SUPERSEDED = 502
    INTERNAL_ERROR = 503
    BUSY = 504


class HoiPlannerError(Exception):
    """An expected failure, with the code that the action result carries."""

    def __init__(self, code: FailureCode, message: str):
        """
        Store the code beside the message.

        :param code: why it failed
        :param message: names the field, the value and the limit
        """
        super().__init__(message)
        self.code = FailureCode(code)
        self.message = message

    def __reduce__(self):
        """Keep the code on the way between processes; Exception would pass the message alone."""
        return type(self), (self.code, self.message)


class RequestError(HoiPlannerError):
    """The request itself is wrong; nothing was planned."""


class Canceled(HoiPlannerError):
    """Somebody asked to stop."""

    def __init__(self, message: str = 'canceled by the client'):
        """Store the message under the code CANCELED."""
        super().__init__(FailureCode.CANCELED, message)

    def __reduce__(self):
        """Pass what __init__ takes."""
        return type(self), (self.message,)
