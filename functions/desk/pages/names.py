"""What the desk's configuration calls its people, teams, modules, rules and questions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from functions.shared.contracts.words import Language
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.form_fields import FormField
from functions.shared.pages.questions import fields_by_name, shown_answer


@dataclass(frozen=True)
class Names:
    """The names in one reader's language; what has none keeps its id."""

    people: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, FormField] = field(default_factory=dict)
    language: Language = Language.ZH

    @classmethod
    def of(cls, config: DeskConfig, language: Language) -> Self:
        """The names in `config`."""
        return cls(
            people={person.id: person.name for person in config.people},
            teams={team.id: team.name.in_language(language) for team in config.teams},
            modules={module.id: module.name.in_language(language) for module in config.modules},
            rules={rule.id: rule.name.in_language(language) for rule in config.rules},
            questions=fields_by_name(config),
            language=language,
        )

    def person(self, person_id: str | None) -> str:
        return self.people.get(person_id, person_id) if person_id else ""

    def team(self, team: str | None) -> str:
        return self.teams.get(team, team) if team else ""

    def module(self, module: str | None) -> str:
        return self.modules.get(module, module) if module else ""

    def question(self, field_id: str) -> str:
        """What the desk's forms call a field."""
        asked = self.questions.get(field_id)
        return asked.label.in_language(self.language) if asked else field_id

    def answers(self, answers: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """Questions and answers as the forms call them."""
        return tuple((self.question(name), self._answer(name, answer)) for name, answer in answers.items())

    def _answer(self, field_id: str, answer: Any) -> str:
        asked = self.questions.get(field_id)
        return shown_answer(asked, answer, self.language) if asked else str(answer)
