-- wrk_post.lua - the request that the evaluator sends in the benchmarks, for wrk.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"model":"mock","messages":[{"role":"user","content":"' .. string.rep("x", 500) ..
  '"}],"max_tokens":64,"temperature":0,"seed":1234,"stop":["\\n\\n"]}'
