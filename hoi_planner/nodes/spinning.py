# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The main of every node."""

from collections.abc import Callable, Iterator
import contextlib
import os
from pathlib import Path
import signal
import sys
import threading

import rclpy
from rclpy.action import ActionClient, ActionServer
from rclpy.exceptions import ParameterException
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from hoi_planner.nodes.memory import bound_malloc_arenas

RCLError = rclpy_implementation.RCLError
UnknownROSArgsError = rclpy_implementation.UnknownROSArgsError
SHUTDOWN_TIMEOUT = 1.0      # seconds; goals have ended by then
UNUSABLE = 2                # exit code: arguments or parameters that cannot be used


@contextlib.contextmanager
def ros_context(args=None, signals: SignalHandlerOptions | None = None) -> Iterator[None]:
    """
    Initialise rclpy and shut it down at the end; Jazzy's rclpy.init is no context manager.

    :param signals: which signals rclpy handles itself; None: its default
    """
    rclpy.init(args=args, signal_handler_options=signals)
    try:
        yield
    finally:
        rclpy.try_shutdown()


def run_node(make_node: Callable[[], Node], args=None, threads: int = 4) -> None:
    """
    Make a node and spin it until SIGINT or SIGTERM; exits 0 then.

    The signals only set an event, on which the node is closed while its context still lives, so
    that running goals end with a result. rclpy's own handling would raise KeyboardInterrupt
    anywhere in the executor, with its locks held.

    :param make_node: its class; a method close() is called at the end
    :raises SystemExit: with UNUSABLE, after one line on stderr, for arguments or parameters that
        cannot be used
    """
    bound_malloc_arenas()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with contextlib.ExitStack() as stack:
        with one_line_errors():
            stack.enter_context(ros_context(args, SignalHandlerOptions.NO))
            node = make_node()
        executor = MultiThreadedExecutor(num_threads=threads)
        executor.add_node(node)
        errors = []
        spinner = threading.Thread(
            target=_spin, args=(executor, stop, errors), name='spin', daemon=True)
        spinner.start()
        # In pieces: a signal is handled between them even where it does not interrupt a wait.
        while not stop.wait(0.2):
            pass
        node.close()
        executor.shutdown(timeout_sec=SHUTDOWN_TIMEOUT)
        spinner.join(timeout=SHUTDOWN_TIMEOUT)
        destroy(node)
    # The interpreter gives handlers back as it ends: one more signal then would kill it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if errors:
        raise errors[0]
    leave()


def destroy(node: Node) -> None:
    """
    Destroy a node that no executor spins any more, and with it its action servers and clients.

    rclpy's destroy_node leaves those to the garbage collector, and with them the participant: until
    it comes by, they are in the graph of every later context of the process, and while it takes
    them apart, new clients can miss what they need to find their servers ready, for ever.
    """
    for waitable in list(node.waitables):
        if isinstance(waitable, (ActionClient, ActionServer)):
            waitable.destroy()
    node.destroy_node()


def leave() -> None:
    """
    End the process with exit code 0, now that all of the node is closed.

    Taking an interpreter with torch down object by object costs 2 s of a busy core, and of four
    nodes at once more than the 5 s after which launch loses patience. Native code of a goal that
    did not heed its cancel may run on, too: the interpreter must not be taken down beneath it.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


@contextlib.contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what is wrong with a command line or a parameter file into one line and exit code 2."""
    try:
        yield
    except (ParameterException, RCLError, UnknownROSArgsError, ValueError) as error:
        print(f'{Path(sys.argv[0]).stem}: cannot start: {" ".join(str(error).split())}',
              file=sys.stderr, flush=True)
        raise SystemExit(UNUSABLE) from None


def _spin(executor: MultiThreadedExecutor, stop: threading.Event, errors: list) -> None:
    """Spin until the executor is shut down; an error is kept for the main thread to raise."""
    try:
        executor.spin()
    except ExternalShutdownException:
        pass
    except Exception as error:
        errors.append(error)
    finally:
        stop.set()
