#!/usr/bin/env python3
"""tests/openapi_operations.py api/openapi.yaml: one line for each operation, for operations_test.

Operation id, method, path, roles, idempotency, kind, query parameters, rate limit, whether there is
a JSON body; apart by "|", "-" for nothing.
"""

import sys

import yaml

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    for path, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method)
            if operation is None:
                continue
            query = [parameter["name"] for parameter in operation.get("parameters", [])
                     if parameter.get("in") == "query"]
            body = operation.get("requestBody", {}).get("content", {})
            fields = [operation["operationId"], method.upper(), path,
                      ",".join(operation["x-roles"]), operation.get("x-idempotent", "none"),
                      operation.get("x-kind", "plain"), " ".join(query),
                      operation.get("x-rate-limit", ""),
                      "json" if "application/json" in body else ""]
            print("|".join(field or "-" for field in fields))
    return 0


if __name__ == "__main__":
    sys.exit(main())
