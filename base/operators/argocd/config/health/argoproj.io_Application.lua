-- Without this, waves of Applications wait for nothing: Argo CD has no health of its own for an Application.
-- A status of another source than the spec's is of the time before the last change.
-- Argo CD loads no string library here.
local errors = { ComparisonError = true, DeletionError = true, InvalidSpecError = true, SyncError = true, UnknownError = true }
local health = { status = "Progressing", message = "waiting for the first comparison" }
local status = obj.status
if status == nil then
  return health
end
for _, condition in ipairs(status.conditions or {}) do
  if errors[condition.type] then
    return { status = "Degraded", message = condition.type .. ": " .. (condition.message or "") }
  end
end
if status.health == nil or status.sync == nil then
  return health
end
local compared = (status.sync.comparedTo or {}).source or {}
for _, field in ipairs({ "repoURL", "path", "chart", "targetRevision" }) do
  local wanted = (obj.spec.source or {})[field] or ""
  if (compared[field] or "") ~= wanted then
    health.message = "not yet compared to " .. field .. " " .. wanted
    return health
  end
end
local operation = status.operationState or {}
if status.sync.status ~= "Synced" then
  if operation.phase == "Failed" or operation.phase == "Error" then
    return { status = "Degraded", message = "sync failed: " .. (operation.message or "") }
  end
  health.message = "sync status is " .. (status.sync.status or "unknown")
  return health
end
if status.health.status == "Healthy" and operation.phase == "Running" then
  health.message = "sync is running"
  return health
end
if status.health.status == "Missing" or status.health.status == nil then
  health.message = "not all objects exist yet"
  return health
end
return { status = status.health.status, message = status.health.message or "" }
