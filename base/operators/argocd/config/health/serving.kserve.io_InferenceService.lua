-- Ready is False while a model is loaded, too; only a failure that KServe names is one.
local status = obj.status or {}
local model = status.modelStatus or {}
local failure = model.lastFailureInfo or {}
if model.transitionStatus == "InvalidSpec" or model.transitionStatus == "BlockedByFailedLoad" then
  return { status = "Degraded", message = failure.message or failure.reason or model.transitionStatus }
end
if status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "the controller has not read this generation" }
end
local ready = nil
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Stopped" and condition.status == "True" then
    return { status = "Suspended", message = condition.message or "stopped" }
  end
  if condition.type == "Ready" then
    ready = condition
  end
end
if ready == nil then
  return { status = "Progressing", message = "waiting for the condition Ready" }
end
if ready.status == "True" then
  return { status = "Healthy", message = ready.message or "" }
end
return { status = "Progressing", message = ready.message or ready.reason or "not ready" }
