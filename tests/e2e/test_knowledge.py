"""What was solved becomes knowledge on the local cloud: drafted, published, found; what is internal stays inside."""

import secrets
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from functions.shared.contracts.words import Role
from ops.local.settings import LocalSettings
from ops.local.tokens import for_role
from tests.e2e.running_desk import RunningDesk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

Agent = Callable[..., httpx.Response]


@pytest.fixture
def agent(desk: RunningDesk, cloud: LocalSettings) -> Agent:
    """Requests of an agent to any API of the desk."""
    token = for_role(cloud, Role.AGENT)

    def call(method: str, path: str, **request: Any) -> httpx.Response:
        answer = desk.call(method, path, token=token, **request)
        answer.raise_for_status()
        return answer

    return call


def found(desk: RunningDesk, query: str) -> list[dict[str, Any]]:
    answer = desk.call("GET", "/api/v1/articles", params={"q": query})
    articles: list[dict[str, Any]] = answer.json()["articles"]
    return articles


def written(agent: Agent, mark: str, **changes: Any) -> dict[str, Any]:
    text = {"language": "zh", "title": f"排障口诀 {mark}", "symptom": "指示灯闪烁", "solution": "先断电", **changes}
    article: dict[str, Any] = agent("POST", "/api/v1/articles", json={"text": text}).json()
    published: dict[str, Any] = agent("POST", f"/api/v1/articles/{article['id']}/publish").json()
    return published


def test_a_solved_ticket_becomes_an_article_that_two_characters_find(desk: RunningDesk, agent: Agent) -> None:
    word = "".join(chr(0x9000 + secrets.randbelow(0xF00)) for _ in range(2))  # no other article of this desk has it
    report = {
        "title": "打印小票时卡纸",
        "description": f"我是云帆科技的王芳，打小票时显示{word}，电话 13800138000",
        "contact": {"name": "王芳", "address": "wang.fang@yunfan.example"},
        "company": {"name": "上海云帆科技有限公司"},
        "impact": "department",
        "urgency": "normal",
    }
    reference = desk.report(report).json()["reference"]
    desk.triaged(reference)
    solution = {"root_cause": "defect", "cause": "驱动版本过旧", "solution": "1. 更新驱动\n2. **重启**打印机"}
    desk.agent("POST", f"/tickets/{reference}/resolve", json=solution)

    draft = agent("POST", "/api/v1/articles", json={"ticket": reference}).json()
    assert agent("POST", "/api/v1/articles", json={"ticket": reference}).json() == draft
    assert found(desk, word) == []
    agent("POST", f"/api/v1/articles/{draft['id']}/publish")

    [article] = desk.until(lambda: found(desk, word), what="the article in the search")
    page = desk.call("GET", httpx.URL(article["url"]).path)
    assert page.status_code == 200
    assert "<strong>重启</strong>" in page.text
    for private in ("王芳", "云帆", "13800138000", "yunfan"):
        assert private not in page.text
    again = desk.call("GET", httpx.URL(article["url"]).path, headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    assert "打印小票" in desk.call("GET", "/help/suggest", params={"q": word}).text


def test_an_internal_article_is_nowhere_in_public(desk: RunningDesk, agent: Agent) -> None:
    mark = uuid.uuid4().hex[:10]
    article = written(agent, mark, visibility="internal")

    def seen_by_agents() -> list[dict[str, Any]]:
        hits: list[dict[str, Any]] = agent("GET", "/api/v1/articles", params={"q": mark}).json()["articles"]
        return hits

    desk.until(seen_by_agents, what="the article in the agents' search")
    assert found(desk, mark) == []
    assert desk.call("GET", f"/api/v1/articles/{article['id']}").status_code == 404
    assert desk.call("GET", f"/help/zh/{article['slug']}").status_code == 404
    assert mark not in desk.call("GET", "/help/search", params={"q": "排障口诀"}).text


def test_a_withdrawn_article_is_gone_from_page_and_search(desk: RunningDesk, agent: Agent) -> None:
    mark = uuid.uuid4().hex[:10]
    article = written(agent, mark)
    desk.until(lambda: found(desk, mark), what="the article in the search")
    assert desk.call("GET", f"/help/zh/{article['slug']}").status_code == 200

    agent("POST", f"/api/v1/articles/{article['id']}/archive")

    desk.until(lambda: not found(desk, mark), what="the article's leaving")
    assert desk.call("GET", f"/help/zh/{article['slug']}").status_code == 404
