"""`python -m sandbox <part>` starts that part and imports no other."""

import sys
import types

import pytest

from sandbox.__main__ import PARTS, main


@pytest.mark.parametrize("part", PARTS)
def test_a_part_gets_the_rest_of_the_command_line(monkeypatch, part):
    module = types.ModuleType(f"sandbox.{part}.main")
    module.main = len  # its result becomes the exit code
    monkeypatch.setitem(sys.modules, f"sandbox.{part}", types.ModuleType(f"sandbox.{part}"))
    monkeypatch.setitem(sys.modules, f"sandbox.{part}.main", module)

    code = main([part, "--port", "5300", "--more"])

    assert code == 3


@pytest.mark.parametrize(("argv", "code"), [([], 2), (["unknown"], 2), (["--help"], 0)])
def test_anything_else_is_answered_with_the_usage(capsys, argv, code):
    assert main(argv) == code

    captured = capsys.readouterr()
    assert "slack,nameserver,engage" in captured.out + captured.err
