-- Healthy when the version that the catalogue offers is installed; what OLM cannot resolve is told, not waited for.
local status = obj.status or {}
local failures = {
  BundleUnpackFailed = true,
  CatalogSourcesUnhealthy = true,
  InstallPlanFailed = true,
  ResolutionFailed = true,
}
local pending = nil
for _, condition in ipairs(status.conditions or {}) do
  if condition.status == "True" then
    local message = condition.type .. ": " .. (condition.message or condition.reason or "")
    if failures[condition.type] then
      return { status = "Degraded", message = message }
    end
    if condition.type == "InstallPlanPending" then
      if condition.reason == "RequiresApproval" then
        return { status = "Suspended", message = "the install plan waits for approval" }
      end
      pending = message
    end
  end
end
if pending ~= nil then
  return { status = "Progressing", message = pending }
end
if status.state == "AtLatestKnown" and status.installedCSV ~= nil then
  return { status = "Healthy", message = status.installedCSV .. " is installed" }
end
return { status = "Progressing", message = status.state or "waiting for the catalogue" }
