"""The modals and App Homes that are open, and what was entered in them."""

import secrets
from typing import Any

from sandbox.slack.errors import ApiError
from sandbox.slack.model import APP_ID, BOT_ID, TEAM_ID, Json, View
from sandbox.slack.workspace import Workspace, elements_of

MOST_STACKED = 3


class Views:
    """Per user one App Home and one stack of modals, the topmost of which is seen."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def top(self, user: str) -> View | None:
        """Return the modal that a user sees."""
        stack = self.stacks.get(user)
        return stack[-1] if stack else None

    def find(self, view_id: str | None, external_id: str | None = None) -> View | None:
        """Find an open modal or a Home by one of its ids."""
        shown = [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())
        for view in shown:
            if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
                return view
        return None

    def open(self, user: str, body: Json) -> View:
        """Open a modal in the place of whatever was open."""
        view = self._make(user, body)
        self.stacks[user] = [view]
        self._workspace.touch()
        return view

    def push(self, user: str, body: Json) -> View:
        """Lay a modal on top. Raises `ApiError` when three are open."""
        stack = self.stacks.setdefault(user, [])
        if len(stack) >= MOST_STACKED:
            raise ApiError("push_limit_reached")
        view = self._make(user, body, previous=stack[-1] if stack else None)
        stack.append(view)
        self._workspace.touch()
        return view

    def update(self, view: View, body: Json, known_hash: str | None = None) -> None:
        """Replace what a view shows; what was entered stays where block id and action id are the same."""
        if known_hash and known_hash != view.hash:
            raise ApiError("hash_conflict")
        view.body = self._with_ids(body)
        view.hash = _new_hash()
        view.errors = {}
        kept = {(block["block_id"], each["action_id"]) for block in view.blocks for each in elements_of(block)}
        view.values = {
            block_id: {action: value for action, value in entered.items() if (block_id, action) in kept}
            for block_id, entered in view.values.items()
        }
        self._workspace.touch()

    def publish(self, user: str, body: Json, known_hash: str | None = None) -> View:
        """Set a user's App Home."""
        home = self.homes.get(user)
        if home is None:
            home = self.homes[user] = self._make(user, body)
            self._workspace.touch()
        else:
            self.update(home, body, known_hash)
        return home

    def close(self, view: View, *, everything: bool = False) -> None:
        """Take a modal away (with `everything`: all of them); the one below appears."""
        stack = self.stacks.get(view.user, [])
        self.stacks[view.user] = [] if everything else [each for each in stack if each.id != view.id]
        self._workspace.touch()

    def refuse(self, view: View, errors: dict[str, str]) -> None:
        """Show errors below fields, by block id."""
        view.errors = errors
        self._workspace.touch()

    def enter(self, view: View, values: dict[str, Any]) -> None:
        """Remember what was entered: ``{block_id: {action_id: value}}``, or ``{block_id: value}``.

        A value is text, the value of an option, or a list of such values for checkboxes.
        """
        for block in view.blocks:
            entered = values.get(block["block_id"])
            if entered is None:
                continue
            for element in elements_of(block):
                value = entered.get(element["action_id"]) if isinstance(entered, dict) else entered
                view.values.setdefault(block["block_id"], {})[element["action_id"]] = value

    def _make(self, user: str, body: Json, previous: View | None = None) -> View:
        view_id = self._workspace.new_id("V")
        root = previous.root_id if previous else view_id
        return View(view_id, user, self._with_ids(body), _new_hash(), root, previous.id if previous else None)

    def _with_ids(self, body: Json) -> Json:
        return {**body, "blocks": self._workspace.with_ids(body["blocks"])}


def _new_hash() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"


def described(view: View) -> Json:
    """Return a view as Slack's payloads show it, the state of its inputs included."""
    body = view.body
    return {
        "id": view.id,
        "team_id": TEAM_ID,
        "app_id": APP_ID,
        "bot_id": BOT_ID,
        "app_installed_team_id": TEAM_ID,
        "type": body["type"],
        "title": body.get("title"),
        "submit": body.get("submit"),
        "close": body.get("close"),
        "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "external_id": body.get("external_id", ""),
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "state": {"values": state_of(view)},
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
    }


def state_of(view: View) -> Json:
    """Return ``{block_id: {action_id: {type, value | selected_option | selected_options}}}``."""
    state: Json = {}
    for block in view.blocks:
        for element in elements_of(block):
            if element["type"] not in {"button", "overflow"}:
                entered = view.values.get(block["block_id"], {})
                known = element["action_id"] in entered
                value = entered.get(element["action_id"]) if known else initial(element)
                state.setdefault(block["block_id"], {})[element["action_id"]] = _element_state(element, value)
    return state


def initial(element: Json) -> Any:
    """Return what an element holds before anybody touches it."""
    if element["type"] == "plain_text_input":
        return element.get("initial_value")
    if element["type"] == "checkboxes":
        return [option["value"] for option in element.get("initial_options", [])]
    option = element.get("initial_option")
    return option["value"] if option else None


def _element_state(element: Json, value: Any) -> Json:
    kind = element["type"]
    if kind == "plain_text_input":
        return {"type": kind, "value": value or None}
    by_value = {option["value"]: option for option in element["options"]}
    if kind == "checkboxes":
        return {"type": kind, "selected_options": [by_value[each] for each in value or [] if each in by_value]}
    return {"type": kind, "selected_option": by_value.get(value)}


def missing_or_unfit(view: View) -> dict[str, str]:
    """Return what Slack itself refuses before it asks the app: by block id, what is wrong."""
    errors: dict[str, str] = {}
    state = state_of(view)
    for block in view.blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        held = state[block["block_id"]][element["action_id"]]
        value = held.get("value") or held.get("selected_option") or held.get("selected_options")
        wrong = (
            _unfit(element, value)
            if value
            else ("" if block.get("optional") else "Please complete this required field.")
        )
        if wrong:
            errors[block["block_id"]] = wrong
    return errors


def _unfit(element: Json, value: Any) -> str:
    if element["type"] != "plain_text_input":
        return ""
    if len(value) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    return ""
