# SPDX-License-Identifier: Apache-2.0
"""Mermaid's own parser reads every diagram, and XState takes the transitions that the machine takes."""

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from phonefsm import CapturePolicy, machine
from phonefsm.conversation import read
from phonefsm.machine import CONSENT, Call, Session
from phonefsm.policy import Limits
from phonefsm.review import graph, mermaid, reach, sequence, xstate
from phonefsm.table import ROWS, Consent, Fact, Guard, Row, State, Trigger

HERE: Final = Path(__file__).parent
SEQUENCES: Final = 1000
LENGTH: Final = 40

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (HERE / "node_modules").is_dir(),
    reason="node, or what tests/diagrams/package.json names, is not installed: npm ci --prefix tests/diagrams",
)


def node(script: str, data: object) -> Any:
    """Return what a script of this folder makes of ``data``."""
    done = subprocess.run(  # noqa: S603 - a script of this folder
        ["node", str(HERE / script)],  # noqa: S607 - wherever it is installed
        input=json.dumps(data),
        capture_output=True,
        text=True,
        check=False,
        cwd=HERE,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# Mermaid.

HARD = [
    "plain words",
    "end",
    "a; b # c %% d: e -> f ->> g <b>h</b> \"i\" 'j' `k` {l} [m] (n) \\ | & ~ * _",
    "#9829; and &lt; and #35;",
    "जी हाँ, 好的, ¿sí? ✓ 🙂",
    "note over caller: x",
    "x" * 500,
    "",
    "\n\t ",
    "style; click; participant; alt; loop; %%{init: {}}%%",
]


def diagrams() -> dict[str, str]:
    capture, consent = graph.capture(), graph.consent()
    policies = [
        CapturePolicy(),
        CapturePolicy(require_confirmation=False, limits=Limits(silences=0, rejections=0, refusals=0)),
    ]
    found = {"capture": mermaid.states(capture), "consent": mermaid.states(consent)}
    found |= {f"around {state}": mermaid.states(capture.around(state)) for state in State}
    found |= {f"around {state}": mermaid.states(consent.around(state)) for state in Consent}
    for place, policy in enumerate(policies):
        found[f"never {place}"] = mermaid.states(capture, graph.Marks(never=reach.never(policy)))
        found[f"path {place}"] = mermaid.states(capture, graph.Marks(path=reach.happy_path(policy)))
    return found


def conversations() -> dict[str, str]:
    lines = []
    for text in HARD:
        call = {"name": text or "x", "arguments": {"reason": text, text: text}}
        lines += [{"user": text}, {"agent": text, "interrupted": None}, {"call": [call]}, {"keys": text}]
    lines += [{"silence": True}, {"reopen": True}, {"snapshot": True}]
    events = list(read(json.dumps(line).encode() for line in lines))
    return {f"digits {shown}": sequence.mermaid(sequence.steps(events, digits=shown)) for shown in (True, False)}


def test_mermaid_parses_every_diagram() -> None:
    made = diagrams()
    found = node("parse.mjs", made)
    assert found == {name: {"type": "stateDiagram"} for name in made}


def test_mermaid_parses_a_conversation_whatever_is_said_in_it() -> None:
    made = conversations()
    assert node("parse.mjs", made) == {name: {"type": "sequence"} for name in made}


def test_the_parser_tells_what_is_wrong() -> None:
    """A parser that takes anything would prove nothing."""
    assert "error" in node("parse.mjs", {"wrong": "stateDiagram-v2\n  a --> --> b"})["wrong"]


# XState.


class Told(Call):
    """A call whose guards are told what to answer."""

    holds: dict[str, bool]


def told(guard: Guard) -> Callable[[Session, Call], bool]:
    def answer(_: Session, call: Call) -> bool:
        assert isinstance(call, Told)
        return call.holds[guard.value]

    return answer


def test_xstate_takes_the_transitions_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "GUARDS", {guard: told(guard) for guard in Guard})
    built = machine.build(ROWS)
    chance = random.Random(7)
    sequences, expected, taken = [], [], set[Row]()
    for _ in range(SEQUENCES):
        session, events, states = Session(), [], [State.ASKING.value]
        for _ in range(LENGTH):
            trigger = chance.choice(list(Trigger))
            call = Told(limits=Limits())
            call.holds = {guard.value: chance.random() < 0.6 for guard in Guard}
            built.events[trigger.value].trigger(session, call=call)
            assert call.row is not None
            taken.add(call.row)
            events.append({"type": trigger.value, "holds": call.holds})
            states.append(session.state.value)
        sequences.append(events)
        expected.append(states)
    assert taken == set(ROWS), "the sequences try every row"
    assert node("run.mjs", {"machine": xstate.capture(), "sequences": sequences}) == expected


def test_xstate_walks_consent_as_the_machine_does() -> None:
    chance = random.Random(11)
    sequences, expected = [], []
    for _ in range(SEQUENCES):
        consent, events, states = Consent.UNREAD, [], [Consent.UNREAD.value]
        for _ in range(LENGTH):
            fact = chance.choice(list(Fact))
            consent = CONSENT[consent, fact].target or consent
            events.append({"type": fact.value, "holds": {}})
            states.append(consent.value)
        sequences.append(events)
        expected.append(states)
    assert node("run.mjs", {"machine": xstate.consent(), "sequences": sequences}) == expected


def test_one_guard_less_and_xstate_goes_elsewhere() -> None:
    """The comparison sees a difference of one guard."""
    changed = xstate.capture()
    confirm = changed["states"]["pending_confirmation"]["on"]["confirm_phone_number"]
    confirm[1].pop("guard")
    events = [
        {"type": Trigger.UPDATE.value, "holds": {guard.value: guard is not Guard.SAME_NUMBER for guard in Guard}},
        {"type": Trigger.CONFIRM.value, "holds": {guard.value: guard is Guard.ALONE for guard in Guard}},
    ]
    run = [node("run.mjs", {"machine": config, "sequences": [events]})[0][-1] for config in (xstate.capture(), changed)]
    assert run == ["pending_confirmation", "completed"]
