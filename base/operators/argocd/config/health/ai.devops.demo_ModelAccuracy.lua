-- A report is data: once it is admitted there is nothing to wait for.
local counts = obj.spec.counts
local rows = counts.truePositive + counts.falsePositive + counts.trueNegative + counts.falseNegative
local correct = counts.truePositive + counts.trueNegative
return { status = "Healthy", message = correct .. " of " .. rows .. " rows are right" }
