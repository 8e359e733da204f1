local status = obj.status or {}
local message = status.description or ""
if status.state == "Failed" then
  return { status = "Degraded", message = message }
end
if status.observedGeneration ~= nil and status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "the controller has not read this generation" }
end
if status.state == "Available" then
  return { status = "Healthy", message = message }
end
return { status = "Progressing", message = status.state or "waiting for the controller" }
