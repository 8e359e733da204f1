-- A CEL expression that does not fit the types it is asked about fails at admission; the API server warns before.
local status = obj.status or {}
if status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "the types are not checked yet" }
end
for _, warning in ipairs((status.typeChecking or {}).expressionWarnings or {}) do
  return { status = "Degraded", message = (warning.fieldRef or "") .. ": " .. (warning.warning or "") }
end
return { status = "Healthy", message = "" }
