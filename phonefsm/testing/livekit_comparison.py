# SPDX-License-Identifier: Apache-2.0
"""LiveKit's own ``GetPhoneNumberTask`` and phonefsm's, side by side: the same talks in the same real sessions.

``python -m phonefsm.testing.livekit_comparison`` prints what came of each with the installed livekit-agents. The model
is scripted: what is compared is what a task permits, not how often a real model does it.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import livekit.agents
import structlog
from livekit.agents import AgentTask, RunContext, llm
from livekit.agents.beta import workflows
from livekit.agents.llm import ToolError
from livekit.agents.llm.utils import prepare_function_arguments

from phonefsm.adapters import livekit as ours
from phonefsm.testing._livekit import Call, Room, Step

A: Final = "415 555 0123"
B: Final = "415 555 0188"
INVALID: Final = "415 55"
READ_A: Final = f"I have {A}. Is that right?"
READ_B: Final = f"I have {B}. Is that right?"
ATTEMPTS: Final = 20

Make = Callable[..., AgentTask[Any]]
"""A task's class, or what calls it: takes what LiveKit's constructor takes."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    ``theirs``: what comes of it with LiveKit's task; by the beginning of the version where versions differ. ``ours``:
    what comes of it with phonefsm's. ``region``: the default region that phonefsm's task is given.
    """

    name: str
    theirs: str | Mapping[str, str]
    ours: str
    talk: Callable[[Make], Awaitable[str]]
    region: str | None = "US"

    def expected(self, version: str = livekit.agents.__version__) -> str:
        """Return what is known to come of it with LiveKit's task."""
        if isinstance(self.theirs, str):
            return self.theirs
        return next(said for beginning, said in self.theirs.items() if version.startswith(beginning))

    async def run_theirs(self) -> str:
        """Have the talk with LiveKit's task."""
        return await self.talk(workflows.GetPhoneNumberTask)

    async def run_ours(self) -> str:
        """Have the talk with phonefsm's task."""
        return await self.talk(partial(ours.GetPhoneNumberTask, default_region=self.region))


# What a model calls.


def _update(number: str) -> Call:
    return Call("update_phone_number", {"phone_number": number})


_CONFIRM: Final = Call("confirm_phone_number")
_DECLINE: Final = Call("decline_phone_number_capture", {"reason": "would rather not"})


def _batch(*calls: Call) -> Step:
    return Step(calls=calls)


def ended(result: Any) -> str:
    """Say how a task ended, of which ``result`` came: a result, an error, or ``None`` while it is open."""
    if result is None:
        return "open"
    if isinstance(result, ours.PhoneNumberEscalated):
        return f"escalated: {result.outcome.reason}"
    if isinstance(result, ToolError):
        return "declined"
    return f"completed {result.phone_number}"


# The talks. ``room.turn`` is the caller's turn, and what the model does in the generations that follow.


async def _gives_a(room: Room, *, read: str = READ_A) -> None:
    await room.turn(f"it's {A}", _update(A), Step(read))


async def _no_confirmed(make: Make) -> str:
    async with Room(make) as room:
        await _gives_a(room)
        await room.turn("no, that's wrong", _CONFIRM)
        return ended(room.host.result)


async def _never_read(make: Make) -> str:
    async with Room(make) as room:
        await _gives_a(room, read="Is that right?")
        await room.turn("yes", _CONFIRM)
        return ended(room.host.result)


async def _read_wrongly(make: Make) -> str:
    async with Room(make) as room:
        await _gives_a(room, read=READ_B)
        await room.turn("yes", _CONFIRM)
        return ended(room.host.result)


async def _read_cut_off(make: Make) -> str:
    async with Room(make, ear=True) as room:
        await room.turn(f"it's {A}", _update(A), Step(READ_A, played="I have 415 555"))
        await room.turn("yes", _CONFIRM)
        return ended(room.host.result)


async def _invalid_correction(make: Make) -> str:
    async with Room(make) as room:
        await _gives_a(room)
        await room.turn(f"no, it's {INVALID}", _update(INVALID), Step("Sorry, could you say it again?"))
        await room.turn("yes", _CONFIRM)
        return ended(room.host.result)


async def _confirm_beside_update(make: Make) -> str:
    async with Room(make) as room:
        await _gives_a(room)
        await room.turn(f"yes, no wait, it's {B}", _batch(_CONFIRM, _update(B)), Step(READ_B))
        first = ended(room.host.result)
        await room.turn("yes, that's it", _CONFIRM)
        return f"{first}, then {ended(room.host.result)}" if first == "open" else first


async def _confirm_beside_decline(make: Make) -> str:
    async with Room(make) as room:
        await _gives_a(room)
        await room.turn("I changed my mind, I don't want to give it", _batch(_CONFIRM, _DECLINE))
        return ended(room.host.result)


async def _two_updates(make: Make, *, spoken: bool) -> str:
    modality: Any = "audio" if spoken else "text"
    async with Room(make, spoken=spoken) as room:
        await room.turn(f"{A}, or {B}", _batch(_update(A), _update(B)), Step("Which one?"), modality=modality)
        first = ended(room.host.result)
        if first == "open":
            await room.turn("yes", Step(READ_B), modality=modality)
            await room.turn("yes", _CONFIRM, modality=modality)
        return ended(room.host.result)


async def _invented(make: Make) -> str:
    async with Room(make, spoken=False) as room:
        await room.turn("hello there", _update(A), modality="text")
        return ended(room.host.result)


async def _realtime_in_one_turn(make: Make) -> str:
    async with Room(make, realtime=True) as room:
        await room.turn(f"it's {A}", _update(A), _CONFIRM)
        return ended(room.host.result)


async def _taken_on_entry(make: Make) -> str:
    said = llm.ChatContext.empty()
    said.add_message(role="user", content=f"call me at {A}")
    async with Room(lambda: make(chat_ctx=said), entry=[_batch(_update(A))]) as room:
        return ended(room.host.result)


async def _correction_typed(make: Make) -> str:
    async with Room(make) as room:
        await _gives_a(room)
        await room.turn(f"no, it's {B}", _update(B), modality="text")
        return ended(room.host.result)


async def _a_b_a(make: Make) -> str:
    async with Room(make) as room:
        await _gives_a(room)
        await room.turn(f"no, {B}", _update(B), Step(READ_B))
        await room.turn(f"sorry, it was {A} after all", _update(A), Step("Is that right?"))
        await room.turn("yes", _CONFIRM)
        return ended(room.host.result)


async def _typed(make: Make, said: str, claimed: str | None = None) -> str:
    async with Room(make, spoken=False) as room:
        await room.turn(said, _update(claimed or said), modality="text")
        if room.host.result is not None:
            return ended(room.host.result)
        return f"open: {room.outputs[-1].output.split('.')[0]}"


async def _spoken_extension(make: Make, claimed: str) -> str:
    async with Room(make) as room:
        await room.turn(f"it's {A} extension 89", _update(claimed), Step(f"I have {A}, extension 8 9. Is that right?"))
        await room.turn("yes", _CONFIRM)
        return ended(room.host.result)


async def _invalid_attempts(make: Make) -> str:
    async with Room(make, spoken=False) as room:
        for count in range(ATTEMPTS):
            if room.host.result is None:
                await room.turn(f"415 {count:02}", _update(f"415 {count:02}"), modality="text")
        return ended(room.host.result)


async def _process_ends(make: Make) -> str:
    keeps = isinstance(make, partial)
    userdata: dict[str, Any] = {}
    make = partial(make, userdata_key="phone") if keeps else make
    async with Room(make, userdata=userdata) as room:
        await _gives_a(room)
    async with Room(make, userdata=userdata) as room:
        await room.turn("yes, that's right", _CONFIRM)
        return ended(room.host.result)


async def _update_after_the_end(make: Make) -> str:
    async with Room(make) as room:
        await _gives_a(room)
        await room.turn("yes", _CONFIRM)
        return f"{ended(room.host.result)}; told {await late_call(room, _update(B))}"


async def late_call(room: Room, call: Call) -> str:
    """Call a tool of a task that has ended, as a generation does that began before; return what the model reads."""
    task = room.host.task
    tool: Any = next((each for each in task.tools if each.id == call.name), None) if task is not None else None
    if tool is None:
        return "unknown function"
    speech = room.replies[-1]
    asked = llm.FunctionCall(call_id="late", name=call.name, arguments=call.json)
    context: RunContext[Any] = RunContext(session=room.session, speech_handle=speech, function_call=asked)
    args, named = prepare_function_arguments(fnc=tool, json_arguments=call.json, call_ctx=context)
    try:
        return str(await tool(*args, **named)).split("\n")[0]
    except ToolError as error:
        return str(error)


async def _says_saved(make: Make) -> str:
    async with Room(make) as room:
        await room.turn(f"it's {A}", Step("Great, I have saved your number."))
        told = [seen.system for seen in room.shown if "Nothing has been saved" in seen.system]
        return "told that nothing was saved" if told else "never noticed"


ROWS: Final = (
    Row("the caller says no, and the model confirms", "completed 4155550123", "open", _no_confirmed),
    Row("the number was never read back", "completed 4155550123", "open", _never_read),
    Row("another number was read back", "completed 4155550123", "open", _read_wrongly),
    Row("the caller cut the read-back off", "completed 4155550123", "open", _read_cut_off),
    Row("a correction that is invalid, then a yes", "completed 4155550123", "open", _invalid_correction),
    Row(
        "confirm and a new number in one batch",
        "completed 4155550123",
        "open, then completed +14155550188",
        _confirm_beside_update,
    ),
    Row("confirm and decline in one batch", "completed 4155550123", "declined", _confirm_beside_decline),
    Row("two numbers in one batch, spoken", "completed 4155550188", "open", partial(_two_updates, spoken=True)),
    Row("two numbers in one batch, typed", "completed 4155550123", "open", partial(_two_updates, spoken=False)),
    Row("a number that the model made up", "completed 4155550123", "open", _invented),
    Row("a realtime model updates and confirms in one turn", "completed 4155550123", "open", _realtime_in_one_turn),
    Row("a voice session, and a number taken on entry", "completed 4155550123", "open", _taken_on_entry),
    Row("a spoken number is pending, and the correction is typed", "completed 4155550188", "open", _correction_typed),
    Row("A, then B, then A again without a read-back", "completed 4155550123", "open", _a_b_a),
    Row(
        "no country known: 5551234567",
        "completed 5551234567",
        "open: Nothing was saved: the country is not known",
        partial(_typed, said="5551234567"),
        region=None,
    ),
    Row(
        "a national number: 020 7946 0958",
        "open: Invalid phone number provided: 020 7946 0958",
        "completed +442079460958",
        partial(_typed, said="020 7946 0958"),
        region="GB",
    ),
    Row(
        "no such number: +999999999999999",
        "completed +999999999999999",
        "open: Nothing was saved: there is no such number",
        partial(_typed, said="+999999999999999"),
    ),
    Row(
        "a trunk zero: +44 (0)7911 123456",
        "completed +4407911123456",
        "completed +447911123456",
        partial(_typed, said="+44 (0)7911 123456"),
    ),
    Row(
        "an extension, passed on as it was said",
        "open",
        "completed +14155550123;ext=89",
        partial(_spoken_extension, claimed=f"{A} ext. 89"),
    ),
    Row(
        "an extension, glued to the number",
        "completed 415555012389",
        "completed +14155550123;ext=89",
        partial(_spoken_extension, claimed="415555012389"),
    ),
    Row(
        "an extension, dropped by the model",
        "completed 4155550123",
        "completed +14155550123;ext=89",
        partial(_spoken_extension, claimed=A),
    ),
    Row(f"{ATTEMPTS} invalid attempts", "open", "escalated: attempts_exhausted", _invalid_attempts),
    Row("the process ends before the caller confirms", "open", "completed +14155550123", _process_ends),
    Row(
        "an update after the end",
        "completed 4155550123; told The phone number has been updated to 4155550188",
        "completed +14155550123; told Nothing was changed: this capture has already ended. "
        "Go on without calling its tools.",
        _update_after_the_end,
    ),
    Row('the model says "saved" and calls nothing', "never noticed", "told that nothing was saved", _says_saved),
)
"""What LiveKit's task permits, and what phonefsm's makes of it."""


async def compare() -> bool:
    """Print the table; return whether every result is as it is known to be."""
    version = livekit.agents.__version__
    print(f"| livekit-agents {version}, the same scripted talk | its own task | phonefsm |")
    print("|---|---|---|")
    as_known = True
    for row in ROWS:
        theirs, mine = await row.run_theirs(), await row.run_ours()
        marks = ("" if theirs == row.expected() else " (new)", "" if mine == row.ours else f" (FAILED: {row.ours})")
        as_known &= not any(marks)
        print(f"| {row.name} | {theirs}{marks[0]} | {mine}{marks[1]} |", flush=True)
    return as_known


def main() -> int:
    """Print the table of the installed version; return 1 where something is not as it is known to be."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return int(not asyncio.run(compare()))


if __name__ == "__main__":
    sys.exit(main())
