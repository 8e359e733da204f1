-- Healthy when the constraint's kind exists and every Gatekeeper pod has compiled this generation.
local health = { status = "Progressing", message = "no Gatekeeper pod has reported yet" }
local status = obj.status or {}
local pods = status.byPod or {}
for _, pod in ipairs(pods) do
  for _, problem in ipairs(pod.errors or {}) do
    return { status = "Degraded", message = (problem.code or "error") .. ": " .. (problem.message or "") }
  end
end
for _, pod in ipairs(pods) do
  if pod.observedGeneration ~= obj.metadata.generation then
    health.message = (pod.id or "a pod") .. " has not read this generation"
    return health
  end
end
if #pods == 0 then
  return health
end
if status.created ~= true then
  health.message = "the kind of its constraints does not exist yet"
  return health
end
return { status = "Healthy", message = "compiled by " .. #pods .. " pods" }
