#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
Is what sluicectl --json printed as docs/sluicectl.schema.json says, and nothing else in it?

usage: json_schema.py VERB FILE      FILE: an answer; of events, trace and capture, a line each
"""
import json
import pathlib
import sys

import jsonschema

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs/sluicectl.schema.json"
LINES = {"events", "trace", "capture"}


def open_objects(node, path="#"):
    """Where the schema allows members that it does not name, or has one without a kind."""
    if isinstance(node, dict):
        if "properties" in node and node.get("additionalProperties") is not False:
            yield path
        for key, value in node.items():
            yield from open_objects(value, path + "/" + key)
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from open_objects(value, "%s/%d" % (path, i))


def main():
    verb, name = sys.argv[1:]
    schema = json.loads(SCHEMA.read_text())
    faults = ["%s is open to members that are not described" % path for path in open_objects(schema)]
    if verb not in schema["$defs"]:
        sys.exit("%s: there is no definition of that name in %s" % (verb, SCHEMA.name))
    validator = jsonschema.Draft202012Validator({"$ref": "#/$defs/" + verb, "$defs": schema["$defs"]})
    validator.check_schema(schema)
    with open(name, encoding="ascii") as file:
        answers = [json.loads(line) for line in file] if verb in LINES else [json.load(file)]
    if not answers:
        sys.exit("%s: nothing was printed" % verb)
    for answer in answers:
        for fault in validator.iter_errors(answer):
            deepest = jsonschema.exceptions.best_match([fault])
            faults.append("%s: %s: %s" % (verb, "/".join(map(str, deepest.absolute_path)) or "-", deepest.message[:400]))
    sys.exit("\n".join(faults) or 0)


if __name__ == "__main__":
    main()
