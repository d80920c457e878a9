"""What the simulated company of company.py is made of: teams, services, and how monitors, engineers and the public status page
each word one symptom. Invented. {svc} the service, {name} its public name, {n} a number, {host} a machine."""

# name, parent, time zone. A tree of four levels, teams on three continents.
TEAMS = [
    ("harbour", None, "Europe/London"),
    ("shop", "harbour", "Europe/London"), ("money", "harbour", "Europe/London"), ("ground", "harbour", "America/New_York"),
    ("buying", "shop", "Europe/London"), ("finding", "shop", "Asia/Kolkata"),
    ("checkout-team", "buying", "Europe/London"), ("cart-team", "buying", "Europe/Warsaw"),
    ("search-team", "finding", "Asia/Kolkata"), ("catalogue-team", "finding", "Asia/Kolkata"),
    ("payments-team", "money", "Europe/London"), ("fraud-team", "money", "Asia/Singapore"), ("ledger-team", "money", "Europe/Warsaw"),
    ("storage-team", "ground", "America/New_York"), ("network-team", "ground", "America/Los_Angeles"),
    ("platform-team", "ground", "America/New_York"), ("identity-team", "ground", "Australia/Sydney"),
]

# name, public name (None: not on the status page), tier, team, depends_on. messages and outbox need each other: a cycle.
SERVICES = [
    ("checkout", "Checkout", 1, "checkout-team", ["payments", "cart", "identity"]),
    ("cart", "Cart", 1, "cart-team", ["session-store", "catalogue"]),
    ("wishlist", "Wish lists", 3, "cart-team", ["session-store"]),
    ("search", "Search", 1, "search-team", ["index", "edge"]),
    ("index", None, 2, "search-team", ["object-store", "messages"]),
    ("suggest", "Search", 3, "search-team", ["index"]),
    ("catalogue", "Catalogue", 1, "catalogue-team", ["catalogue-db", "edge"]),
    ("catalogue-db", None, 1, "catalogue-team", ["object-store"]),
    ("images", "Catalogue", 2, "catalogue-team", ["object-store", "edge"]),
    ("payments", "Payments", 1, "payments-team", ["ledger", "fraud", "card-gateway"]),
    ("card-gateway", "Payments", 1, "payments-team", ["edge"]),
    ("refunds", "Payments", 2, "payments-team", ["ledger"]),
    ("fraud", None, 2, "fraud-team", ["features"]),
    ("features", None, 3, "fraud-team", ["object-store"]),
    ("ledger", None, 1, "ledger-team", ["ledger-db", "messages"]),
    ("ledger-db", None, 1, "ledger-team", ["object-store"]),
    ("statements", "Accounts", 3, "ledger-team", ["ledger"]),
    ("object-store", None, 1, "storage-team", []),
    ("session-store", None, 1, "storage-team", []),
    ("edge", "Website", 1, "network-team", []),
    ("dns", "Website", 1, "network-team", []),
    ("messages", None, 1, "platform-team", ["outbox", "object-store"]),
    ("outbox", None, 2, "platform-team", ["messages"]),
    ("scheduler", None, 2, "platform-team", ["messages"]),
    ("builds", None, 3, "platform-team", ["object-store"]),
    ("identity", "Sign-in", 1, "identity-team", ["session-store", "edge"]),
    ("mail", "E-mail", 3, "identity-team", ["messages"]),
]

# monitors: one alert rule each, so its words recur. engineers: what people write. public: for the status page.
SYMPTOMS = {
    "latency": (
        ["p99 latency above {n} ms on {svc}", "[{svc}] Latency SLO burn rate {n}x"],
        ["{svc} is slow", "High latency on {svc}, pages load for {n} s", "Slow responses from {svc} since this morning",
         "{svc} requests time out for some users", "p99 of {svc} through the roof"],
        ["{name}: slow responses", "Degraded performance of {name}", "We are investigating slow page loads in {name}"]),
    "errors": (
        ["5xx rate above {n} % on {svc}", "[{svc}] Error budget burn: {n}x"],
        ["{svc} returns 500 to about {n} % of requests", "Elevated errors on {svc}", "Many 5xx from {svc} after the release",
         "Errors in {svc}, customers see a blank page"],
        ["Elevated error rates in {name}", "{name}: some requests fail", "Intermittent errors affecting {name}"]),
    "down": (
        ["{svc} health check failed in {n} of 6 zones", "{svc} is DOWN (synthetic probe)"],
        ["{svc} is down", "{svc} outage", "Total outage of {svc}, nothing gets through", "Cannot reach {svc} at all"],
        ["{name} is unavailable", "{name}: major outage", "Customers cannot use {name}"]),
    "queue": (
        ["Consumer lag above {n}000 on {svc}", "Oldest message in {svc} is {n} min old"],
        ["Backlog on {svc} keeps growing", "{svc} consumers stuck, lag climbs", "Messages pile up in {svc}"],
        ["Delays in {name}", "{name}: updates arrive late"]),
    "disk": (
        ["Disk usage above {n} % on {host}", "Filesystem /var on {host} is {n} % full"],
        ["{svc} ran out of disk", "No space left on {host} ({svc})", "Volume of {svc} is full, writes are refused"],
        ["{name}: changes cannot be saved", "Problems saving changes in {name}"]),
    "memory": (
        ["Pod restarts on {svc}: {n} in 10 minutes", "OOMKilled: {svc} on {host}"],
        ["{svc} keeps restarting", "Crash loop in {svc} after config change", "{svc} pods are killed for memory"],
        ["{name}: interruptions", "Repeated short interruptions of {name}"]),
    "replica": (
        ["Replica lag above {n} s on {host}", "Replication broken on {host}"],
        ["Stale data in {svc}, replica is behind", "{svc} replica does not catch up", "Reads from {svc} show old values"],
        ["{name}: outdated information shown"]),
    "certificate": (
        ["TLS certificate of {svc} expires in {n} hours", "TLS handshake failures on {svc} above {n} %"],
        ["Expired certificate on {svc}", "{svc}: certificate was not renewed, clients refuse to connect"],
        ["Security warnings when opening {name}", "{name}: connections refused"]),
    "login": (
        ["Sign-in success rate of {svc} below {n} %", "[{svc}] token validation errors: {n}/min"],
        ["Users cannot log in via {svc}", "{svc} rejects valid tokens", "Everybody is logged out ({svc})"],
        ["Customers have trouble signing in", "Sign-in problems"]),
    "payment": (
        ["Authorisation rate of {svc} dropped to {n} %", "[{svc}] declined transactions +{n} %"],
        ["Cards are declined at {svc}", "{svc}: authorisations fail for one acquirer", "Drop in successful payments"],
        ["Some card payments fail", "Payments are declined intermittently"]),
    "data": (
        ["Row count check of {svc} off by {n} %", "[{svc}] checksum mismatch in {n} partitions"],
        ["Wrong totals in {svc}", "{svc} shows duplicate rows", "Nightly import of {svc} wrote bad data"],
        ["{name}: wrong amounts shown for some customers"]),
    "job": (
        ["Job {svc}-nightly late by {n} minutes", "[{svc}] cron run {n} missed"],
        ["Nightly job of {svc} did not finish", "{svc} export is late", "{svc} batch stuck since midnight"],
        ["{name}: daily figures are delayed"]),
}
SPECIAL = {"login": ["identity", "checkout"], "payment": ["payments", "card-gateway", "checkout", "refunds"],
           "replica": ["ledger-db", "catalogue-db", "session-store"], "queue": ["messages", "outbox", "index", "mail", "scheduler"],
           "job": ["statements", "scheduler", "features", "catalogue", "refunds"], "data": ["statements", "catalogue", "ledger", "features"]}

# Tickets about a service that have nothing to do with an outage.
REQUESTS = ["Rotate credentials of {svc}", "Question about the {svc} API limits", "Add dashboard for {svc} queue depth",
            "Upgrade {svc} to the new base image", "Flaky test in {svc} pipeline", "Access to {svc} staging for new joiner",
            "Cost report: {svc} grew by {n} %", "Document the runbook of {svc}", "{svc}: typo on settings page",
            "Load test of {svc} planned for week {n}"]
MAINTENANCE = ["Scheduled maintenance of {name}", "Planned upgrade of {name}"]

FILLERS = ["none", "n/a", "N/A", "-", "unknown", "default"]

# Stories that later reports must be able to find. (symptom, service, hours, people per team, teams, notes)
STORIES = {
    "complex_and_short": ("errors", "checkout", 1.08, 2,
        ["checkout-team", "payments-team", "ledger-team", "network-team", "identity-team", "storage-team", "cart-team", "fraud-team"],
        ["Everybody who touched the path of a payment joined within ten minutes.",
         "Three theories were open at once; we drew the flow on a board and crossed out two.",
         "The flag that had been turned on last week for refunds also guarded this code. Turned it off.",
         "Orders flow again. It took eight teams, and nobody had to wait for anybody."]),
    "mitigation_backfired": ("queue", "messages", 5.5, 2, ["platform-team", "storage-team"],
        ["Backlog of two million messages after a consumer bug.",
         "We raised the number of consumers from 20 to 200 to drain it faster.",
         "That made it worse: 200 consumers rebalanced every minute and the brokers ran out of file handles.",
         "Went back to 20 consumers, raised the limit of handles first, then added consumers ten at a time."]),
    "far_apart_teams": ("login", "identity", 2.0, 1, ["identity-team", "network-team", "fraud-team", "search-team", "cart-team", "ledger-team", "platform-team", "catalogue-team"],
        ["Sign-in fails only for customers behind one provider in Mumbai.",
         "Handed over from Sydney to Singapore to Los Angeles; each shift started from what the last had ruled out.",
         "A fraud rule rate-limited the addresses that the edge had begun to share that morning."]),
    "latent_cause": ("replica", "ledger-db", 7.0, 2, ["ledger-team", "storage-team"],
        ["Failover to the replica brought up a database that was four hours old.",
         "The replication slot had been dropped during the migration in March and nobody had noticed, as the alert on its lag "
         "had been silenced at the same time.",
         "Replayed the archive by hand. The alert now fires on a missing slot as well."]),
    "near_miss": ("certificate", "edge", 0.4, 1, ["network-team"],
        ["Somebody looked at the certificate list for another reason and saw that the wildcard would expire in 40 minutes.",
         "Renewed and rolled out with nine minutes to spare. No customer noticed."]),
}
