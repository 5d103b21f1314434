#!/usr/bin/env python3
"""tests/api_roles.py --url URL --credentials FILE [--openapi FILE]: the authorisation matrix.

Every operation of openapi.yaml is asked by every role of two tenants and by nobody. Roles that
x-roles does not let in must get 401 or 403, nobody 401; who is let in must not get 401, nor, for
a thing of another tenant, a 2xx. FILE is JSON: {"own": {role: token}, "foreign": {role: token},
"ids": {name of a path parameter or of a schema: id of a thing of the own tenant}}; roles that it
lacks are left out, saying so. Ends with 1 where anything is wrong.
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


def path_of(document, path, operation, ids):
    """The path with ids of things that are there, or with the examples of the document."""
    for parameter in operation.get("parameters", []):
        parameter = resolved(document, parameter)
        if parameter["in"] != "path":
            continue
        schema = parameter["schema"]
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        example = resolved(document, schema).get("examples", ["x"])[0]
        value = ids.get(name) or ids.get(parameter["name"]) or example
        path = path.replace("{" + parameter["name"] + "}", str(value))
    return path


def body_of(operation):
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        examples = content["application/json"].get("examples", {})
        value = next(iter(examples.values()), {"value": {}})["value"]
        return "application/json", json.dumps(value).encode()
    return next(((media, b"x") for media in content), (None, None))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def status_of(url, method, path, operation, token):
    media, body = body_of(operation)
    request = urllib.request.Request(url + path, data=body, method=method)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if media:
        request.add_header("Content-Type", media)
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=20) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def lets_in(operation, role):
    lowest = set(operation["x-roles"])
    return role in lowest or bool(BELOW.get(role, set()) & lowest)


def mistake(operation, whose, role, status, has_things):
    """What is wrong with this status, or nothing."""
    if not operation["x-roles"]:  # Signing in has a 401 of its own: the password is wrong.
        asks = status == 401 and "401" not in operation["responses"]
        return "asks for credentials" if asks or status == 403 else None
    if whose == "nobody":
        return None if status == 401 else "lets nobody in"
    if not lets_in(operation, role):
        return None if status in (401, 403) else "lets this role in"
    if status == 401:
        return "does not know its own credentials"
    if whose == "foreign" and has_things and 200 <= status < 300:
        return "shows or changes what another tenant has"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--credentials", type=Path, required=True)
    parser.add_argument("--only-mounted", action="store_true",
                        help="leave out operations that are not there (404 before credentials)")
    parser.add_argument("--openapi", type=Path,
                        default=Path(__file__).resolve().parents[1] / "api" / "openapi.yaml")
    arguments = parser.parse_args()
    document = yaml.load(arguments.openapi.read_text(encoding="utf-8"),
                         Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    credentials = json.loads(arguments.credentials.read_text(encoding="utf-8"))
    ids = credentials.get("ids", {})
    askers = [("nobody", "nobody", None)]
    for whose in ("own", "foreign"):
        for role in ROLES:
            token = credentials.get(whose, {}).get(role)
            if token:
                askers.append((whose, role, token))
            else:
                print(f"left out, no token: {whose} {role}", file=sys.stderr)
    asked = wrong = 0
    # What takes away comes last, so that others find something.
    ordered = sorted(operations(document), key=lambda one: one[0] == "DELETE")
    for method, path, operation in ordered:
        streams = operation.get("x-kind") in ("stream", "websocket")
        if operation["operationId"] in LEFT_OUT:
            continue
        target = path_of(document, path, operation, ids)
        has_things = bool(re.search(r"{\w+}", path))
        if arguments.only_mounted and operation["x-roles"]:
            if status_of(arguments.url, method, target, operation, None) == 404:
                print(f"left out, not mounted: {operation['operationId']}", file=sys.stderr)
                continue
        # Who may goes last: a thing that is taken away is not there for the others.
        for whose, role, token in sorted(askers, key=lambda one: one[0] == "own"):
            if streams and whose != "nobody" and lets_in(operation, role):
                continue  # Would stay open.
            asked += 1
            status = status_of(arguments.url, method, target, operation, token)
            words = mistake(operation, whose, role, status, has_things)
            if words:
                wrong += 1
                print(f"{method} {path} as {whose} {role}: {status}: {words}")
    print(f"{asked} requests, {wrong} wrong", file=sys.stderr)
    return 1 if wrong or not asked else 0


if __name__ == "__main__":
    sys.exit(main())
