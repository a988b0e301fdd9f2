// Django's QueryDict, which is also what an HTTP request's GET and POST are.
import { expect, test } from "vitest";
import { engineUnderTest } from "../../engine-under-test.ts";
import { answersAsRecorded } from "../../python/recorded-modules.ts";

answersAsRecorded("query-dict", "django");

const under = engineUnderTest();
test("a request's query is one", async () => {
  const outcome = await under.run(
    "return [http_request.GET['a'], http_request.GET.getlist('a'), http_request.GET.get('x'), http_request.POST.urlencode(), http_request.GET]",
    { request: { http_request: { GET: { a: ["1", "2"], b: "3" }, POST: { q: "x y" } } } },
    "policy",
  );
  expect(outcome.repr).toBe("['2', ['1', '2'], None, 'q=x+y', <QueryDict: {'a': ['1', '2'], 'b': ['3']}>]");
  expect(outcome.result).toEqual(["2", ["1", "2"], null, "q=x+y", { a: "2", b: "3" }]);
});
