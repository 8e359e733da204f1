-- Healthy when every Gatekeeper pod enforces this generation, the webhook's among them: from then on it is judged by.
local health = { status = "Progressing", message = "no Gatekeeper pod has reported yet" }
local status = obj.status or {}
local pods = status.byPod or {}
local judged = false
for _, pod in ipairs(pods) do
  for _, problem in ipairs(pod.errors or {}) do
    return { status = "Degraded", message = (problem.code or "error") .. ": " .. (problem.message or "") }
  end
end
for _, pod in ipairs(pods) do
  local name = pod.id or "a pod"
  if pod.observedGeneration ~= obj.metadata.generation then
    health.message = name .. " has not read this generation"
    return health
  end
  if pod.enforced ~= true then
    health.message = name .. " does not enforce it yet"
    return health
  end
  for _, operation in ipairs(pod.operations or {}) do
    judged = judged or operation == "webhook"
  end
end
if #pods == 0 then
  return health
end
if not judged then
  health.message = "no pod of the webhook enforces it yet"
  return health
end
return { status = "Healthy", message = (status.totalViolations or 0) .. " violations in the last audit" }
