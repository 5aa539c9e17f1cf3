"""Calls AWS through botocore for a program that speaks lines of JSON: botocore checks the parameters of every call.

Reads {"id", "service", "operation", "parameters"} from standard input and writes {"id", "result"} or {"id", "error"}.
"""
import datetime
import json
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

clients = {}


def client(service):
    if service not in clients:
        clients[service] = boto3.client(
            service,
            endpoint_url=os.environ["REHEARSAL_ENDPOINT"],
            region_name=os.environ["REHEARSAL_REGION"],
            aws_access_key_id="rehearsal",
            aws_secret_access_key="rehearsal",
            config=Config(retries={"max_attempts": 1}),
        )
    return clients[service]


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    raise TypeError(f"no JSON for {type(value)}")


def answer(request):
    try:
        operation = getattr(client(request["service"]), "_make_api_call")
        result = operation(request["operation"], request["parameters"])
        result.pop("ResponseMetadata", None)
        return {"id": request["id"], "result": result}
    except ParamValidationError as error:
        return {"id": request["id"], "error": {"code": "ParamValidation", "message": str(error)}}
    except ClientError as error:
        detail = error.response["Error"]
        return {"id": request["id"], "error": {"code": detail["Code"], "message": detail.get("Message", "")}}
    except Exception as error:  # an emulator that answers with nonsense
        return {"id": request["id"], "error": {"code": type(error).__name__, "message": str(error)}}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), default=plain), flush=True)
