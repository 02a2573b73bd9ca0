"""Runs the SQL on stdin with DuckDB, and prints each row of its answer as one JSON array a line; dates as YYYY-MM-DD."""

import json
import sys

import duckdb

for row in duckdb.sql(sys.stdin.read()).fetchall():
    print(json.dumps(row, default=str))
