#!/usr/bin/env python3
"""tests/api_roles.py --url URL --credentials FILE [--openapi FILE]: the authorisation matrix.

Every operation of openapi.yaml is asked by every role of two tenants and by nobody, with ids of
things that are there, all of the own tenant's, in paths and bodies. Who may must get a 2xx, so
that the same request's refusal says something. Roles that x-roles does not let in must get 401 or
403, nobody 401. Another tenant, and another shopper or cabinet of the own tenant, must not get a
2xx for what is not theirs, nor see an id of it in any answer; and who may must not get one where
an id in the body is another tenant's.

FILE is JSON:
  own, foreign  {role: token} of the two tenants
  stranger      {role: token} of a shopper and a device of the own tenant that own nothing
  as            {operation: {role: token}} who asks instead of the own one
  ids           the own tenant's things: {"SiteId": id, "camera_layout": …}, by the schema of a
                path's parameter or the name of a body's property; "operation.name" goes before.
                Where it is a list, each role that may has its own.
  foreign_ids   things of the other tenant, for bodies
  uploads       {media type: body}, each character a byte
src/server/routes/roles_test.cpp makes such a tenant. Ends with 1 where anything is wrong.
"""

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

import yaml

ROLES = ("shopper", "viewer", "restocker", "reviewer", "operator", "owner", "device")
BELOW = {"restocker": {"viewer"}, "reviewer": {"viewer"},
         "operator": {"viewer", "restocker", "reviewer"},
         "owner": {"viewer", "restocker", "reviewer", "operator"}}
METHODS = ("get", "post", "put", "patch", "delete")
# These change what the matrix itself stands on.
LEFT_OUT = {"sign_out", "change_password", "rotate_device_key"}
# What who may gets instead of a 2xx, and why.
CANNOT = {"open_device_link": 426,  # Asked without the headers of an upgrade.
          "resend_webhook_delivery": 409}  # Its endpoint is disabled just before.
# What their paths name is a kind, and no thing.
NO_THINGS = {"export_table"}
# What must be new each time.
NEW = {"create_user": "email", "create_product": "sku"}
# What the same role does to the same thing just before.
BEFORE = {"decide_review": "claim_review"}
# The answer's id is what another operation is asked about.
MAKES = {"begin_session": "cancel_session.id"}
ID = re.compile(r"[a-z]{3}_[0-9a-z]{26}")


def resolved(document, node):
    while "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def lets_in(operation, role):
    lowest = set(operation["x-roles"])
    return role in lowest or bool(BELOW.get(role, set()) & lowest)


def texts(value):
    """All texts within it."""
    if isinstance(value, str):
        return [value]
    return [text for one in value for text in texts(one)]


class Matrix:
    def __init__(self, url, document, given):
        self.url, self.document, self.given = url, document, given
        self.ids = given["ids"]
        self.by_id = {operation["operationId"]: (method, path, operation)
                      for method, path, operation in operations(document)}
        self.prefixes = {name: self.prefixes_of(given[name]) for name in ("ids", "foreign_ids")}
        self.asked = self.wrong = 0

    @staticmethod
    def prefixes_of(ids):
        """The tenant's things by the letters that their ids begin with."""
        return {text[:4]: text for name, value in sorted(ids.items(), key=lambda one: "." in one[0],
                                                         reverse=True)
                for text in texts(value)[:1] if ID.fullmatch(text)}

    def thing(self, operation, names, turn):
        """The id of a thing that is there: the one of this turn. Nothing where none is known."""
        for name in [f"{operation['operationId']}.{name}" for name in names] + list(names):
            value = self.ids.get(name)
            if value is not None:
                return value[turn % len(value)] if isinstance(value, list) else value
        return None

    def target_of(self, path, operation, turn):
        query = ""
        for parameter in operation.get("parameters", []):
            parameter = resolved(self.document, parameter)
            if parameter["in"] != "path" and not (parameter["in"] == "query"
                                                  and parameter.get("required")):
                continue
            schema, name = parameter["schema"], parameter["name"]
            value = self.thing(operation, [name, schema.get("$ref", "/").rsplit("/", 1)[-1]], turn)
            if value is None and "$ref" in schema:
                raise SystemExit(f"{operation['operationId']}: no id is known for {name}; give one "
                                 "in src/server/routes/roles_test.cpp")
            if value is None:
                schema = resolved(self.document, schema)
                value = (schema.get("examples") or schema["enum"])[0]
            if parameter["in"] == "path":
                path = path.replace("{" + name + "}", str(value))
            else:
                query = f"?{name}={value}"
        return path + query

    def body_of(self, operation, turn, foreign_slot=None):
        """(media type, body, how many ids of things it names). The id in `foreign_slot` is the
        other tenant's."""
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            media = next(iter(content), None)
            return media, self.given["uploads"].get(media, "x").encode("latin-1"), 0
        examples = content["application/json"].get("examples", {})
        slots = 0

        def filled(value, key):
            nonlocal slots
            if isinstance(value, dict):
                return {name: filled(one, name) for name, one in value.items()}
            if isinstance(value, list):
                return [filled(one, key) for one in value]
            if not isinstance(value, str):
                return value
            if NEW.get(operation["operationId"]) == key:
                return f"{self.asked}-{value}"
            named = self.thing(operation, [key], turn)
            if named is None and not ID.fullmatch(value):
                return value
            if key == "sku":  # A name within the tenant, and no thing.
                return named
            slot, slots = slots, slots + 1
            if slot == foreign_slot:
                return self.given["foreign_ids"].get(key) or self.prefixes["foreign_ids"][value[:4]]
            return named or self.prefixes["ids"].get(value[:4], value)

        body = filled(next(iter(examples.values()), {"value": {}})["value"], "")
        return "application/json", json.dumps(body).encode(), slots

    def ask(self, operation_id, token, turn=0, foreign_slot=None):
        """(status, answer)"""
        method, path, operation = self.by_id[operation_id]
        media, body, _ = self.body_of(operation, turn, foreign_slot)
        self.asked += 1
        request = urllib.request.Request(self.url + self.target_of(path, operation, turn),
                                         data=body if media else None, method=method)
        request.add_header("Idempotency-Key", f"matrix-{self.asked}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if media:
            request.add_header("Content-Type", media)
        streams = operation.get("x-kind") == "stream"
        try:
            with urllib.request.build_opener(NoRedirect).open(request, timeout=20) as response:
                return response.status, b"" if streams else response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def complain(self, operation_id, who, status, answer, words):
        self.wrong += 1
        method, path, _ = self.by_id[operation_id]
        print(f"{method} {path} as {who}: {status}: {words}: "
              f"{answer[:300].decode(errors='replace')}")

    def mistake(self, operation, whose, role, status, answer):
        """What is wrong with this status, or nothing."""
        name = operation["operationId"]
        done = 200 <= status < 300
        if not operation["x-roles"]:  # Signing in has a 401 of its own: the password is wrong.
            asks = status == 401 and "401" not in operation["responses"]
            return "asks for credentials" if asks or status == 403 else None
        if whose == "nobody":
            return None if status == 401 else "lets nobody in"
        if not lets_in(operation, role):
            return None if status in (401, 403) else "lets this role in"
        if status == 401:
            return "does not know its own credentials"
        path = self.by_id[name][1]
        names_things = ("{" in path and name not in NO_THINGS) or self.body_of(operation, 0)[2] > 0
        if whose != "own" and names_things:
            return "shows or changes what is another's" if done else None
        if whose != "own" and any(one.encode() in answer for one in texts(self.ids.values())
                                  if ID.fullmatch(one)):
            return "names what is another's"
        if name in CANNOT:
            return None if status == CANNOT[name] else f"should be {CANNOT[name]}"
        return None if done else "should be done"

    def ask_as(self, name, whose, role, token, turn=0):
        operation = self.by_id[name][2]
        status, answer = self.ask(name, token, turn)
        if words := self.mistake(operation, whose, role, status, answer):
            self.complain(name, f"{whose} {role}", status, answer, words)
        elif whose == "own" and name in MAKES and lets_in(operation, role):
            self.ids[MAKES[name]] = json.loads(answer)["id"]

    def look_at(self, name):
        operation = self.by_id[name][2]
        self.ask_as(name, "nobody", "nobody", None)
        for whose in ("foreign", "stranger"):
            for role, token in self.given[whose].items():
                self.ask_as(name, whose, role, token)
        # Who may goes last: a thing that is used up is not there for the others.
        own = dict(self.given["own"], **self.given["as"].get(name, {}))
        may = [role for role in ROLES if operation["x-roles"] and lets_in(operation, role)]
        for role in set(ROLES) - set(may):
            self.ask_as(name, "own", role, own[role])
        for slot in range(self.body_of(operation, 0)[2] if may else 0):
            status, answer = self.ask(name, own[may[0]], 0, slot)
            if not 400 <= status < 500:
                self.complain(name, f"own {may[0]}, id {slot} in the body another tenant's", status,
                              answer, "takes what is another's")
        for turn, role in enumerate(may):
            if name in BEFORE:
                self.ask_as(BEFORE[name], "own", role, own[role], turn)
            self.ask_as(name, "own", role, own[role], turn)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--credentials", type=Path, required=True)
    parser.add_argument("--openapi", type=Path,
                        default=Path(__file__).resolve().parents[1] / "api" / "openapi.yaml")
    arguments = parser.parse_args()
    document = yaml.load(arguments.openapi.read_text(encoding="utf-8"),
                         Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    matrix = Matrix(arguments.url, document,
                    json.loads(arguments.credentials.read_text(encoding="utf-8")))
    # What takes away comes last, so that others find something.
    for method, _, operation in sorted(operations(document), key=lambda one: one[0] == "DELETE"):
        if operation["operationId"] not in LEFT_OUT:
            matrix.look_at(operation["operationId"])
    print(f"{matrix.asked} requests, {matrix.wrong} wrong", file=sys.stderr)
    return 1 if matrix.wrong or not matrix.asked else 0


if __name__ == "__main__":
    sys.exit(main())
