"""CPython as a subject of `npm run bench`: lines of JSON on stdin and stdout, see serve.ts.

Two modes. "compile" is authentik's way (authentik/lib/expression/evaluator.py, described not copied): the body becomes a
function's, the text is compiled and executed at every evaluation. "cached" keeps the code object and executes it. In
both the context is there as live objects, as in authentik: no JSON is read or written while the clocks run.
"""

import json
import platform
import re
import sys
from textwrap import indent
from time import perf_counter, process_time


class Record:
    """An object whose fields are attributes."""

    def __init__(self, fields):
        self.__dict__.update(fields)


def variables(kind, context):
    """The names that an expression of that kind sees, as authentik's evaluators set them."""
    context = dict(context)
    if kind == "policy":
        request = Record(context["request"])
        request.user = Record(request.user)
        request.http_request = Record(request.http_request)
        return {"request": request, "context": request.context, "http_request": request.http_request}
    if "user" in context:
        context["user"] = Record(context["user"])
    if "notification" in context:
        context["notification"] = Record(context["notification"])
        context["notification"].event = Record(context["notification"].event)
    return context


class Program:
    messages = []

    def __init__(self, name, text, names):
        parameters = ", ".join(names)
        self.name = f"<{name}>"
        self.text = f"def handler({parameters}):\n{indent(text, '    ')}\nresult = handler({parameters})"
        self.code = self.compile()

    def compile(self):
        return compile(self.text, self.name, "exec")

    @classmethod
    def say(cls, message):
        cls.messages.append(message)


GLOBALS = {
    "ak_message": Program.say,
    "regex_match": lambda value, regex: re.search(regex, value) is not None,
    "regex_replace": lambda value, regex, repl: re.sub(regex, repl, value),
}


def evaluate(code, names):
    Program.messages = []
    exec(code, GLOBALS, names)
    return names["result"], Program.messages


prepared = {}


def prepare(task):
    contexts = [variables(task["kind"], json.loads(text)) for text in task["contexts"]]
    programs = [Program(source["name"], source["text"], contexts[0]) for source in task["sources"]]
    prepared[task["name"]] = programs, contexts
    answers = []
    for names in contexts:
        runs = [evaluate(program.code, names) for program in programs]
        answers.append([{"result": result, "messages": messages} for result, messages in runs])
    return answers


def time(name, mode, count):
    programs, contexts = prepared[name]
    used, since = process_time(), perf_counter()
    if mode == "compile":
        for index in range(count):
            names = contexts[index % len(contexts)]
            for program in programs:
                evaluate(program.compile(), names)
    else:
        for index in range(count):
            names = contexts[index % len(contexts)]
            for program in programs:
                evaluate(program.code, names)
    return {"wallMs": (perf_counter() - since) * 1000, "cpuMs": (process_time() - used) * 1000}


OPERATIONS = {"prepare": prepare, "time": time, "version": platform.python_version}

for line in sys.stdin:
    request = json.loads(line)
    try:
        reply = {"reply": OPERATIONS[request.pop("operation")](**request)}
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
