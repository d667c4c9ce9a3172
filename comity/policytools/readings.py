"""Situations in the making: for each word of a question, a formula for each of its values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.policytools.solver import all_of, any_of, implied, negated, one_of, z3
from comity.policytools.space import END_USER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.policytools.space import Space

Choice = dict[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One situation in the making: for each word of a question, a formula for each of its values."""

    words: Mapping[str, Choice]

    def instead(self, **words: Choice) -> Reading:
        """The same situation, but for some words (dots written as two underscores)."""
        changed = {name.replace("__", "."): choice for name, choice in words.items()}
        return Reading({**self.words, **changed})


class Readings:
    """Readings over one space.

    Attributes:
        first: every word free, within what ``sound`` says.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self._count = 0
        self.first = self._first_reading()

    def _first_reading(self) -> Reading:
        words = {
            name: self.fresh(name, values)
            for name, values in (*self.space.scalars.items(), *self.space.sets.items())
        }
        return self.derived(Reading(words))

    def fresh(self, name: str, values: Sequence[Any]) -> Choice:
        """New propositions for a word's values."""
        number = self._count
        self._count += 1
        return {value: z3().Bool(f"{name}/{number}={value}") for value in values}

    def fixed(self, name: str, value: Any) -> Choice:
        """A word that has one value."""
        values = self.space.scalars[name]
        return {one: one == value for one in values}

    def derived(self, reading: Reading) -> Reading:
        """Adds the end user: the member itself, or the country it asks on behalf of."""
        words = reading.words
        agency, country = words.get("r_req.agency"), words.get("r_req.country")
        end_user_country = words.get("r_req.end_user_country")
        if agency is None or country is None or end_user_country is None:
            return reading
        own = any_of(all_of((country[one], end_user_country[one])) for one in country)
        told: Choice = {one: all_of((own, said)) for one, said in agency.items()}
        for one, said in end_user_country.items():
            also = all_of((negated(own), said))
            told[one] = any_of((told[one], also)) if one in told else also
        return Reading({**words, END_USER: told})

    def sound(self, reading: Reading, countries: Mapping[str, str]) -> Any:
        """What every situation obeys: one value for each word; a member's country is its country."""
        rules = [one_of(reading.words[name].values()) for name in self.space.scalars]
        parties = ("requester", "target", "holder", "receiver")
        pairs = (("agency", "country"), *((one, f"{one}_country") for one in parties))
        for member, country in pairs:
            held = reading.words.get(f"r_req.{country}", {})
            for agency, said in reading.words.get(f"r_req.{member}", {}).items():
                home = held.get(countries.get(agency, ""))
                if home is not None:
                    rules.append(implied(said, home))
        return all_of(rules)
