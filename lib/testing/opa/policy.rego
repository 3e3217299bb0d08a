package gatehouse

import rego.v1

# Decision as an object: what the portal reads as allow and reasons.
default decision := {"allow": false, "reasons": ["the artifact is not known"]}

decision := {"allow": count(reasons) == 0, "reasons": reasons} if input.artifact.digest

reasons contains sprintf("%s has an AUC of %v, below %v", [input.model.name, input.evaluation.overall.auc, data.limits.auc]) if input.evaluation.overall.auc < data.limits.auc

reasons contains "the artifact is in quarantine" if input.artifact.quarantined

# Decision as true or false.
default allow := false

allow if {
	input.environment != "production"
}

allow if {
	input.environment == "production"
	count(reasons) == 0
}

# Work without an end that anybody waits for.
endless if {
	some i in numbers.range(1, 30000)
	some j in numbers.range(1, 30000)
	some k in numbers.range(1, 30000)
	i + j + k == -1
}

# What takes all memory.
greedy := count([x | some i in numbers.range(1, 3000); some j in numbers.range(1, 3000); x := sprintf("%d-%d-%s", [i, j, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"])])

# Neither true or false nor an object with allow.
odd := "yes"
