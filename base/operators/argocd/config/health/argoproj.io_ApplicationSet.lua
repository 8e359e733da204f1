-- Healthy only when every Application that it made is: the root's waves wait for what was generated, too.
local health = { status = "Progressing", message = "waiting for the first generation" }
local status = obj.status
if status == nil then
  return health
end
local current = false
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "ErrorOccurred" and condition.status == "True" then
    return { status = "Degraded", message = condition.message or condition.reason or "error" }
  end
  if condition.type == "ResourcesUpToDate" then
    if condition.status == "False" then
      return { status = "Degraded", message = condition.message or condition.reason or "not up to date" }
    end
    current = condition.status == "True"
  end
end
if not current then
  return health
end
local resources = status.resources or {}
local waiting = nil
for _, each in ipairs(resources) do
  local found = (each.health or {}).status or "no health yet"
  if found == "Degraded" then
    return { status = "Degraded", message = each.name .. ": " .. ((each.health or {}).message or found) }
  end
  if found ~= "Healthy" or each.status ~= "Synced" then
    waiting = waiting or (each.name .. ": " .. found .. ", " .. (each.status or "not compared yet"))
  end
end
if waiting == nil and (status.resourcesCount or 0) > #resources then
  waiting = "the status lists " .. #resources .. " of " .. status.resourcesCount .. " Applications"
end
if waiting ~= nil then
  health.message = waiting
  return health
end
return { status = "Healthy", message = #resources .. " Applications are healthy" }
