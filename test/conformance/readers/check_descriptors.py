"""
`contract FILE`: holds a data contract to the schema of the standard, as its own Python package ships it.
`package FILE`: reads every file of a data package with frictionless, and holds each cell to its field.
Prints the faults as a JSON array of texts.
"""

import json
import os
import sys

import jsonschema
import open_data_contract_standard
from frictionless import Package


def contract_faults(path):
    folder = os.path.dirname(open_data_contract_standard.__file__)
    with open(os.path.join(folder, "schema.json")) as file:
        validator = jsonschema.Draft201909Validator(json.load(file))
    with open(path) as file:
        return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(json.load(file))]


def package_faults(path):
    os.chdir(os.path.dirname(path))
    report = Package(os.path.basename(path)).validate()
    faults = list(report.errors) + [fault for task in report.tasks for fault in task.errors]
    counts = [f"{task.name}: {task.stats['rows']} rows" for task in report.tasks if "rows" in task.stats]
    return [fault.message for fault in faults] or counts


print(json.dumps({"contract": contract_faults, "package": package_faults}[sys.argv[1]](sys.argv[2])))
