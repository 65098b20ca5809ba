# SPDX-License-Identifier: Apache-2.0
"""Instructions for a language model that may read differently in a call and in a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


class Instructions(str):
    """A string that carries an audio and a text variant of itself and shows one of them.

    A new value shows `audio`; `as_modality` shows the other variant and keeps both. Equality, hash and length
    are those of the string shown. `+` and `format` work on each variant and on the string shown, and give
    `Instructions`; every other `str` operation gives a plain `str` of what is shown.

    Pydantic accepts `Instructions` as they are and `{"type": "instructions", "audio": str, "text": str}`,
    where `text` may be absent or `None`; anything else, a plain `str` too, is a `ValidationError`. They
    serialise to that dictionary, with `text` only where it was given and no note of which variant was shown.
    In a union with `str`, name `Instructions` first, or only the string shown is serialised.
    """

    __slots__ = ("_audio", "_text")

    _audio: str
    _text: str | None

    def __new__(cls, audio: str, text: str | None = None) -> Self:
        """Show `audio`, which is the text too where none is given; what is no `str` is a `TypeError`."""
        for variant in (audio, audio if text is None else text):
            if not isinstance(variant, str):
                raise TypeError(f"Instructions are made of str, not of {type(variant).__name__}")
        return cls._showing(audio, audio, text)

    @classmethod
    def _showing(cls, shown: str, audio: str, text: str | None) -> Self:
        self = super().__new__(cls, shown)
        self._audio = audio
        self._text = text
        return self

    @property
    def audio(self) -> str:
        """What the model is told where the caller speaks."""
        return self._audio

    @property
    def text(self) -> str:
        """What the model is told where the caller types: the audio variant unless a text was given."""
        return self._audio if self._text is None else self._text

    def as_modality(self, modality: Literal["audio", "text"]) -> Instructions:
        """Give the same variants, showing the audio for "audio" and the text for anything else."""
        shown = self.audio if modality == "audio" else self.text
        return Instructions._showing(shown, self._audio, self._text)

    def format(self, *args: object, **kwargs: object) -> Instructions:
        """Fill in each variant as `str.format` does, taking the like variant of arguments that have variants.

        One such argument gives the result a text of its own, even if it equals the audio. Raises what
        `str.format` raises, also where only the variant that is not shown lacks an argument.
        """
        given = [*args, *kwargs.values()]

        def fill(template: str, values: list[object]) -> str:
            named = dict(zip(kwargs, values[len(args) :], strict=True))
            return template.format(*values[: len(args)], **named)

        audio = fill(self.audio, [v.audio if isinstance(v, Instructions) else v for v in given])
        text = None
        if self._text is not None or any(isinstance(v, Instructions) for v in given):
            text = fill(self.text, [v.text if isinstance(v, Instructions) else v for v in given])
        return Instructions._showing(fill(str(self), given), audio, text)

    def __add__(self, other: str) -> Instructions:
        # A plain string belongs to both variants, just as Instructions that were given no text.
        return self._then(other if isinstance(other, Instructions) else Instructions(other))

    def __radd__(self, other: str) -> Instructions:
        return Instructions(other) + self

    def _then(self, other: Instructions) -> Instructions:
        text = None if self._text is None and other._text is None else self.text + other.text
        return Instructions._showing(str(self) + str(other), self.audio + other.audio, text)

    def __repr__(self) -> str:
        return f"Instructions({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Slots alone do not survive the old pickle protocols; a subclass may have a dictionary besides.
        return self._showing, (str(self), self._audio, self._text), getattr(self, "__dict__", None)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        def validate(value: object) -> Instructions:
            match value:
                case Instructions():
                    return value
                case dict({"type": "instructions", "audio": str(audio), **rest}):
                    text = rest.get("text")
                    if text is None or isinstance(text, str):
                        return cls(audio, text=text)
            raise ValueError('expected Instructions or {"type": "instructions", "audio": str, "text": str}')

        def serialize(value: Instructions) -> dict[str, str]:
            wire = {"type": "instructions", "audio": value.audio}
            return wire if value._text is None else {**wire, "text": value._text}

        return core_schema.no_info_plain_validator_function(
            validate, serialization=core_schema.plain_serializer_function_ser_schema(serialize)
        )
