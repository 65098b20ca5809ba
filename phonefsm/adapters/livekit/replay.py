# SPDX-License-Identifier: Apache-2.0
"""LiveKit's chat history as a capture's events: what was said, in the order in which it was heard.

LiveKit commits what was said when it is over: a caller's turn when it ends, the agent's words when they were played or
cut. So the history is read when something is to be decided, item by item, each one once.
"""

from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Literal

from livekit.agents import AgentSession, llm
from livekit.agents.voice import agent_activity

from phonefsm.capture import PhoneCapture
from phonefsm.conversation import QUIET

Modality = Literal["audio", "text"]

_REPLY: Final[ContextVar[Any] | None] = getattr(agent_activity, "_SpeechHandleContextVar", None)
"""The reply to the caller's turn in which a task is awaited; LiveKit has no public name for it."""

_SPOKEN: Final = frozenset(
    {"started_speaking_at", "stopped_speaking_at", "transcription_delay", "end_of_turn_delay", "stt_metadata"}
)
"""Measurements that LiveKit makes of a spoken turn alone."""


@dataclass(slots=True)
class _Spoken:
    """The caller spoke at a time, and the words are not known yet."""

    at: float
    id: str
    told: bool = False
    awaited: bool = True


class Replay:
    """Tells a capture what a chat history holds.

    Args:
        modality: how what the caller had said before came, where the history does not tell.
        late_words: the caller's words may come behind what the agent says next, as with a realtime model.
    """

    def __init__(self, modality: Modality, *, late_words: bool) -> None:
        self.modality: Modality = modality
        """How the caller's latest turn came."""
        self.turns = 0
        """The caller's turns that the capture was told of."""
        self.latest = ("", 0.0)
        """Id of the latest item that the capture was told of, and when it was made."""
        self._late_words = late_words
        self._told: set[str] = set()
        self._wordless: set[str] = set()
        self._modalities: dict[str, Modality] = {}
        self._replies: set[Modality] = set()
        self._cut_anywhere: set[str] = set()
        self._spoken: list[_Spoken] = []
        self._count = 0

    # What is noticed as it happens.

    def reply_created(self, modality: Modality) -> None:
        """Notice that a reply was begun, to a turn of the caller that came so."""
        self._replies.add(modality)

    def generation_begins(self, items: Iterable[Any]) -> None:
        """Notice the caller's turns that a generation of the model answers."""
        for item in items:
            if is_from_caller(item):
                self._came(item)
        self._replies.clear()

    def cut_anywhere(self, item: llm.ChatMessage) -> None:
        """Notice that ``item`` was cut, and that it is not known how much of it was played."""
        self._cut_anywhere.add(item.id)

    def caller_speaks(self, at: float) -> None:
        """Notice that the caller speaks at a time, in seconds since the epoch; the words follow, or never."""
        self._count += 1
        self._spoken.append(_Spoken(at, f"spoken {self._count} at {at}"))

    @property
    def awaits_words(self) -> bool:
        """Whether the caller spoke and the words are still to come."""
        return any(speech.awaited for speech in self._spoken)

    def expect_no_words(self) -> None:
        """Wait for no words any more; they count where they were spoken if they come all the same."""
        for speech in self._spoken:
            speech.awaited = False

    # What the capture is told.

    def history(self, items: Iterable[Any]) -> list[dict[str, Any]]:
        """Return what was said before the capture began, as ``PhoneCapture`` takes it; it counts as told."""
        lines: list[dict[str, Any]] = []
        for item in filter(_text, items):
            if is_from_caller(item):
                lines.append({"user": _text(item), "modality": self._came(item), "id": item.id})
            elif _is_message(item, "assistant"):
                # Whether the text of one that was cut is what was played is not known now.
                lines.append({"agent": _text(item), "interrupted": None if item.interrupted else False})
            self._mark(item)
        return lines

    def skip(self, items: Sequence[Any], latest: tuple[str, float]) -> None:
        """Count as told what another process told, up to its ``latest``; a stored history may lack the times."""
        id, until = latest
        place = next((place for place, item in enumerate(items) if item.id == id), -1)
        for item in items[: place + 1]:
            self._mark(item)
        for item in items[place + 1 :]:
            if item.created_at <= until:
                self._mark(item)

    def tell(self, capture: PhoneCapture, items: Sequence[Any]) -> None:
        """Tell ``capture`` what is new in ``items``, and what was noticed since."""
        fresh = [item for item in items if self._is_new(item)]
        speeches = [speech for speech in self._spoken if not speech.told]
        if speeches:  # the speech of a realtime model's caller, among what is known to the same clock
            for entry in sorted((*fresh, *speeches), key=_time):
                self._tell_one(capture, entry)
        else:
            for item in fresh:
                self._tell_one(capture, item)

    def ahead(self, capture: PhoneCapture, items: Iterable[Any]) -> PhoneCapture:
        """Return ``capture`` as it will be once it is told what is new in ``items``; it is not told by this.

        A generation is under way before it is certain what it answers.
        """
        fresh = [item for item in items if self._is_new(item)]
        if not fresh:
            return capture
        seen = PhoneCapture.restore(capture.snapshot(), capture.policy, logger=QUIET)
        for item in fresh:
            if is_from_caller(item):
                seen.user_said(_text(item) or None, self._modalities.get(item.id, self.modality), item.id)
            else:
                seen.agent_said(_text(item), interrupted=None if item.id in self._cut_anywhere else item.interrupted)
        return seen

    def _tell_one(self, capture: PhoneCapture, entry: Any) -> None:
        if isinstance(entry, _Spoken):
            if entry in self._spoken:
                entry.told = True
                self.turns += 1
                capture.user_said(None, "audio", entry.id)
            return
        text = _text(entry)
        self._mark(entry)
        if _is_message(entry, "assistant"):
            capture.agent_said(text, interrupted=None if entry.id in self._cut_anywhere else entry.interrupted)
            self._cut_anywhere.discard(entry.id)
            if self._late_words:
                self._replies.clear()
            else:
                self._spoken.clear()
            return
        modality = self._came(entry)
        self.turns += 1
        capture.user_said(text or None, modality, self._place(entry, modality))

    def _is_new(self, item: Any) -> bool:
        if is_from_caller(item):
            return item.id not in self._told or (item.id in self._wordless and bool(_text(item)))
        return _is_message(item, "assistant") and item.id not in self._told and bool(_text(item))

    def _place(self, item: Any, modality: Modality) -> str:
        """Return the id under which the words of ``item`` were announced, or its own."""
        own: str = item.id
        if not _text(item):  # the item itself announces the words
            self._wordless.add(own)
            self._spoken.clear()
            return own
        if own in self._wordless:
            self._wordless.remove(own)
            return own
        if modality != "audio" or not self._spoken:
            return own
        began = item.metrics.get("started_speaking_at")
        near = self._spoken[-1].at if began is None else began
        speech = min(self._spoken, key=lambda each: abs(each.at - near))
        # Words come in the order in which they were spoken; what is older stays without.
        self._spoken = self._spoken[self._spoken.index(speech) + 1 :]
        return speech.id if speech.told else own

    def _mark(self, item: Any) -> None:
        if getattr(item, "type", None) == "message":
            self._told.add(item.id)
            if item.created_at >= self.latest[1]:
                self.latest = item.id, item.created_at

    def _came(self, item: Any) -> Modality:
        """Return how a turn of the caller came; in doubt it was spoken."""
        known = self._modalities.get(item.id)
        if known is None:
            if item.transcript_confidence is not None or not _SPOKEN.isdisjoint(item.metrics):
                known = "audio"
            elif self._replies:
                known = "audio" if "audio" in self._replies else "text"
                self._replies.clear()
            else:
                known = self.modality
            self._modalities[item.id] = self.modality = known
        return known


def is_from_caller(item: Any) -> bool:
    """Return whether an item of a chat history is something that the caller said."""
    return _is_message(item, "user")


def modality_so_far(session: AgentSession[Any], items: Iterable[Any]) -> Modality:
    """Return how the caller of ``session`` has spoken up to now, as far as their turns in ``items`` do not tell."""
    speech = _REPLY.get(None) if _REPLY is not None else None
    if speech is not None and any(map(is_from_caller, items)):
        modality: Modality = speech.input_details.modality
        return modality
    return "audio" if has_sound(session.input) or has_sound(session.output) else "text"


def has_sound(side: Any) -> bool:
    """Return whether the input or output of a session carries sound."""
    return side.audio is not None and bool(side.audio_enabled)


def _is_message(item: Any, role: str) -> bool:
    return getattr(item, "type", None) == "message" and item.role == role


def _text(item: Any) -> str:
    return (getattr(item, "text_content", None) or "").strip()


def _time(entry: Any) -> float:
    return entry.at if isinstance(entry, _Spoken) else float(entry.created_at)
