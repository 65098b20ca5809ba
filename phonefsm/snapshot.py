# SPDX-License-Identifier: Apache-2.0
"""A capture as versioned JSON: what outlives a process."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from phonefsm.batch import Answered
from phonefsm.checks import Observation
from phonefsm.errors import SnapshotError
from phonefsm.evidence import REFUSED, TURNS_KEPT, Entry, Refused
from phonefsm.ladder import Rung
from phonefsm.number import PhoneNumber
from phonefsm.policy import Support
from phonefsm.speech import Correction, Intent
from phonefsm.table import Code, Consent, State
from phonefsm.turns import RUN_DIGITS, AgentTurn, CallerTurn

VERSION: Final = 1

_NUMBERS: Final = r"^[0-9+|x ]*$"
_E164: Final = r"^\+[0-9]{4,20}$"
_Flag = Annotated[bool, Field(strict=True)]
_Count = Annotated[int, Field(strict=True, ge=0)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class CorrectionData(_Model):
    """A named correction."""

    kind: Literal["tail", "head", "swap"]
    digits: str = Field(pattern=r"^[0-9]{1,24}$")
    old: str = Field(default="", pattern=r"^[0-9]{0,24}$")


class EntryData(_Model):
    """One entry of the window of turns."""

    who: Literal["caller", "agent", "refused"]
    numbers: str = Field(default="", pattern=_NUMBERS)
    intents: Annotated[int, Field(strict=True, ge=0, lt=1 << 16)] = 0
    modality: Literal["audio", "text", "keypad"] | None = None
    long: _Flag = False
    corrections: tuple[CorrectionData, ...] = ()
    calling_code: str = Field(default="", pattern=r"^[0-9]{0,3}$")
    words_known: _Flag = True
    id: str | None = None
    whole: _Flag = True
    overlong: _Flag = False

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return ``entry`` as data."""
        match entry:
            case AgentTurn():
                return cls(who="agent", numbers=entry.numbers, whole=entry.whole, overlong=entry.overlong)
            case Refused():
                return cls(who="refused")
        return cls(
            who="caller",
            numbers=entry.numbers,
            intents=int(entry.intents),
            modality=entry.modality,
            long=entry.long,
            corrections=tuple(CorrectionData(**correction._asdict()) for correction in entry.corrections),
            calling_code=entry.calling_code,
            words_known=entry.words_known,
            overlong=entry.overlong,
            id=entry.id,
        )

    def entry(self) -> Entry:
        """Return the entry that this is the data of."""
        if self.who == "refused":
            return REFUSED
        if self.who == "agent":
            return AgentTurn(numbers=self.numbers, whole=self.whole, overlong=self.overlong)
        return CallerTurn(
            numbers=self.numbers,
            intents=Intent(self.intents),
            modality=self.modality,
            long=self.long,
            corrections=tuple(Correction(item.kind, item.digits, item.old) for item in self.corrections),
            calling_code=self.calling_code,
            words_known=self.words_known,
            overlong=self.overlong,
            id=self.id,
        )


class WalkData(_Model):
    """Consent at one place of the window."""

    consent: Consent
    code: Code
    read: Support
    spoken: str = Field(default="", pattern=_NUMBERS, max_length=8 * RUN_DIGITS)
    no_to_read_back: _Flag = False
    replied: _Flag = False


class ReplyData(_Model):
    """A call that was answered, by id and name."""

    id: str
    name: str
    code: Code
    state: State
    detail: str
    rung: Rung = Rung.GROUPS
    line: str = ""

    @classmethod
    def of(cls, answered: Answered) -> Self:
        """Return ``answered`` as data."""
        return cls(**answered._replace(line=str(answered.line))._asdict())


class Snapshot(_Model):
    """All that a capture needs to go on elsewhere, under the same policy.

    It holds the number and the digits of recent turns: keep it as you keep the number. ``model_dump_json()``
    gives its text and ``Snapshot.load`` reads it.
    """

    version: Literal[1] = VERSION
    state: State
    generation: _Count
    number: str | None = Field(pattern=_E164)
    extension: str | None = Field(pattern=r"^[0-9]{1,20}$")
    number_heard: Support | None
    country_given: _Flag
    confirmed: _Flag
    part: str = Field(pattern=r"^\+?[0-9]{0,24}$")
    attempts: _Count
    rejections: _Count
    silences: _Count
    refusals: _Count
    candidates: _Count = 0
    always_confirm: _Flag
    code: Code | None
    reason: str | None
    caller_id: str | None = Field(pattern=r"^\+[0-9]{4,20}(;ext=[0-9]{1,20})?$")
    observes: tuple[Observation, ...]
    turns: tuple[EntryData, ...] = Field(max_length=TURNS_KEPT)
    mark: _Count
    begun: _Count = 0
    start: _Count = 0
    base: WalkData
    walk: WalkData
    cut: _Flag
    called: _Flag
    claimed: _Flag
    spoke: _Flag = False
    forgot: _Flag = False
    replies: tuple[ReplyData, ...]

    @classmethod
    def load(cls, data: object) -> "Snapshot":
        """Return the snapshot that ``data`` is: one already, its JSON text or bytes, or its decoded JSON.

        Raises:
            SnapshotError: it is damaged, does not hold together, or comes from a newer version.
        """
        try:
            if isinstance(data, str | bytes | bytearray):
                snapshot = cls.model_validate_json(data)
            else:
                snapshot = cls.model_validate(data)
        except ValidationError as error:
            raise SnapshotError(_cause(error)) from None
        wrong = next(_contradictions(snapshot), None)
        if wrong is not None:
            raise SnapshotError(f"the snapshot is damaged: {wrong}")
        return snapshot


def _contradictions(data: Snapshot) -> Iterator[str]:
    """Yield what does not hold together, although each field holds by itself."""
    if data.state in (State.PENDING_CONFIRMATION, State.COMPLETED) and data.number is None:
        yield f"{data.state} without a number"
    if (data.state is State.COLLECTING) != bool(data.part):
        yield f"{data.state} {'with' if data.part else 'without'} a part in hand"
    if data.number is None and (data.extension is not None or data.number_heard is not None):
        yield "an extension or evidence without a number"
    if data.number is not None and not PhoneNumber(data.number).calling_code:
        yield "number: no such calling code"
    if max(data.mark, data.begun, data.start) > len(data.turns):
        yield "the mark is behind the last turn"
    if (data.state is State.DECLINED) != (data.reason is not None):
        yield f"{data.state} {'with' if data.reason else 'without'} a reason"


def _cause(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if first["loc"] == ("version",) and isinstance(first.get("input"), int) and first["input"] > VERSION:
        return (
            f"the snapshot is of version {first['input']}, and this phonefsm reads up to version {VERSION}: "
            "it was written by a newer release"
        )
    place = ".".join(str(part) for part in first["loc"])
    return f"the snapshot is damaged: {place + ': ' if place else ''}{first['msg']}"
