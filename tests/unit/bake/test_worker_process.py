from __future__ import annotations

import subprocess
import sys

import pytest

import affectia
from affectia.bake.worker_process import COMMAND, start_arguments

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("background", [False, True])
def test_a_child_finds_the_same_package_and_one_thread_for_its_arithmetic(background: bool) -> None:
    program = "import os, affectia; print(affectia.__file__, os.environ['OPENBLAS_NUM_THREADS'])"
    with subprocess.Popen([sys.executable, "-c", program], **start_arguments(background=background)) as child:
        written, _ = child.communicate()
    assert written.decode().split() == [affectia.__file__, "1"]


@pytest.mark.skipif(sys.platform == "win32", reason="sessions are of POSIX")
def test_a_child_is_in_a_group_of_its_own_which_ctrl_c_does_not_reach() -> None:
    with subprocess.Popen([sys.executable, "-c", "import os; print(os.getpid() == os.getsid(0))"], **start_arguments()) as child:
        written, _ = child.communicate()
    assert written.decode().strip() == "True"


def test_the_command_is_the_interpreter_that_runs_this() -> None:
    assert (sys.executable, "-m", "affectia.bake.bake_worker") == COMMAND
