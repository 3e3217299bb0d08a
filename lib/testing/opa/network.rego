package net

import rego.v1

allow if http.send({"method": "get", "url": input.url}).status_code == 200
