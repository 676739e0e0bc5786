# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""vision_msgs/Detection3DArray: what detectors publish, where that package is installed."""

from collections.abc import Mapping
import math

from geometry_msgs.msg import PoseStamped
from hoi_planner_msgs.msg import ObjectState

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.nodes.inputs.headers import completed_header
from hoi_planner.planning.request_checks import check_count

MAX_DETECTIONS = 256


def detection_type():
    """
    Return the message type Detection3DArray.

    :raises ValueError: vision_msgs is not installed
    """
    try:
        from vision_msgs.msg import Detection3DArray
    except ImportError as error:
        if not (error.name or '').startswith('vision_msgs'):
            raise
        raise ValueError(
            'needs the package vision_msgs, which is not installed (it comes with a ROS '
            'installation, not from PyPI)') from error
    return Detection3DArray


class Detections:
    """
    Keeps the newest detections and turns them into objects.

    Of each detection the hypothesis with the highest score counts, and its pose must be that of the
    mesh origin, as everywhere here: not of the box's centre, not of the centre of mass. The
    object's id is the detection's own, or its class where it has none.
    """

    def __init__(self, topic: str, resources: Mapping[str, str], min_score: float = 0.5):
        """
        Keep what is known.

        :param topic: empty: none, there are no detections
        :param resources: class_id -> mesh resource; empty: detections of that class are no objects
            of the scene and are left out
        :param min_score: detections below it are left out
        """
        self.topics = (topic,) if topic else ()
        self._resources = dict(resources)
        self._min_score = min_score
        self._newest = None

    def on_message(self, msg) -> None:
        """Keep the newest Detection3DArray."""
        self._newest = msg

    def clear(self) -> None:
        """Forget it."""
        self._newest = None

    def states(self) -> list[ObjectState]:
        """
        Return the objects of the newest message; empty before the first.

        :raises RequestError: MESSAGE_TOO_LARGE, INVALID_REQUEST for a detection without a
            hypothesis or with a score that is no number, MISSING_MESH for a class without a mesh
        """
        msg = self._newest
        if msg is None:
            return []
        topic = self.topics[0]
        check_count(len(msg.detections), MAX_DETECTIONS, topic, 'detections')
        states = (self._state(detection, f'{topic}: detection {index}', msg.header)
                  for index, detection in enumerate(msg.detections))
        return [state for state in states if state is not None]

    def _state(self, detection, name: str, common) -> ObjectState | None:
        if not detection.results:
            raise RequestError(
                FailureCode.INVALID_REQUEST, f'{name} has no hypothesis, must have at least 1')
        for result in detection.results:
            if not math.isfinite(result.hypothesis.score):
                raise RequestError(
                    FailureCode.INVALID_REQUEST,
                    f'{name} has the score {result.hypothesis.score}, must be finite')
        best = max(detection.results, key=lambda result: result.hypothesis.score)
        kind = best.hypothesis.class_id
        if best.hypothesis.score < self._min_score:
            return None
        if kind not in self._resources:
            raise RequestError(
                FailureCode.MISSING_MESH,
                f"{name} is of class '{kind[:64]}', detected_classes knows "
                f'{sorted(self._resources)}')
        if not self._resources[kind]:
            return None
        return ObjectState(
            id=detection.id or kind, mesh_resource=self._resources[kind],
            pose=PoseStamped(
                header=completed_header(detection.header, common), pose=best.pose.pose))
