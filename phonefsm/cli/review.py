# SPDX-License-Identifier: Apache-2.0
"""``phonefsm review``: prove a policy, and write its behaviour as a page or as JSON; compare it with an older one."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import typer

from phonefsm import CapturePolicy
from phonefsm.cli.verify import bar
from phonefsm.prompts import check_wording
from phonefsm.review import svg
from phonefsm.review.behaviour import Behaviour, behaviour_of
from phonefsm.review.difference import Difference, as_text, difference
from phonefsm.review.draw import MissingExtraError
from phonefsm.verify import verify

LOOK: Final = 1
"""Exit code where somebody has to look: something promised is broken, or the behaviour is not the older one."""
PAGE: Final = Path("review.html")
"""Where the page goes unless told."""
_STANDARD_OUTPUT: Final = Path("-")


def review(
    policy: CapturePolicy, *, output: Path | None, as_json: bool, against: Path | None, depth: int | None = None
) -> int:
    """Write what was asked for and return the exit code.

    Raises:
        BehaviourError: ``against`` is no behaviour.
        MissingExtraError: an extra is not installed that the page needs.
        OSError: a file cannot be read or written.
        PolicyError: the policy does not hold together.
    """
    if output is None:
        output = _STANDARD_OUTPUT if as_json else PAGE
    # Whatever can go wrong does so before a minute is spent.
    old = None if against is None else Behaviour.load(against)
    check_wording(policy)
    if output != _STANDARD_OUTPUT:
        _check_writable(output)
    render = None if as_json else _renderer(policy)
    with bar("proving") as progress:
        behaviour = behaviour_of(policy, verify(policy, depth=depth, progress=progress), depth=depth)
    changed = None if old is None else difference(old, behaviour)
    text = behaviour.as_json() if render is None else render(behaviour, changed)
    if output == _STANDARD_OUTPUT:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    else:
        output.write_text(text, encoding="utf-8", newline="\n")
    _tell(behaviour, changed, output)
    broken = any(verdict.verdict == "broken" for verdict in behaviour.proof.verdicts)
    return LOOK if broken or changed else 0


def _renderer(policy: CapturePolicy) -> Callable[[Behaviour, Difference | None], str]:
    """Return what makes the page; the extras that it needs are looked for now."""
    try:
        from phonefsm.review import page
    except ModuleNotFoundError as error:
        if error.name not in ("jinja2", "markupsafe"):
            raise
        raise MissingExtraError("the page needs jinja2: pip install 'phonefsm[review]'") from None
    diagram = svg.capture(policy)
    return lambda behaviour, changed: page.render(behaviour, diagram, changed)


def _tell(behaviour: Behaviour, changed: Difference | None, output: Path) -> None:
    """Say what was found: the difference on standard output, if that is free, and one line on standard error."""
    if changed is not None:
        typer.echo(as_text(changed), nl=False, err=output == _STANDARD_OUTPUT)
    proof = behaviour.proof
    count = dict.fromkeys(("holds", "given_up", "broken"), 0)
    for verdict in proof.of(proof.hosts[0]):
        count[verdict.verdict] += 1
    where = "" if output == _STANDARD_OUTPUT else f"{output}: "
    typer.echo(
        f"{where}behaviour {behaviour.hash[:12]}; invariants: {count['holds']} hold, {count['given_up']} given up, "
        f"{count['broken']} broken",
        err=True,
    )


def _check_writable(output: Path) -> None:
    """Raise what writing to ``output`` would, as far as that can be known before."""
    folder = output.parent
    if output.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(output))
    if not folder.is_dir():
        code = errno.ENOTDIR if folder.exists() else errno.ENOENT
        raise OSError(code, os.strerror(code), str(output))
    if not os.access(output if output.exists() else folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(output))
