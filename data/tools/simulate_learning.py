"""What the simulated company makes of its incidents: reviews, who came, what people said they learned, actions."""
HOUR, DAY = 3600, 86400

SURPRISES = (
    "Nobody on call knew that {svc} keeps its own copy of the limits.",
    "The dashboard was green all the while: it measures the proxy, not {svc}.",
    "The runbook named a host that was retired in spring.",
    "The safe way back had never been tried under load.",
    "Two teams each thought that the other owned the switch.",
    "{svc} answered health checks from a thread that does no other work.",
    "The copy of the settings that {svc} reads is written once a night, not at once.",
    "Nobody had told us that the port closes on public holidays, and the queue with it.",
    "The new version of {svc} had been live for a week before anything asked for it.",
    "We had two graphs of the same queue, and they differed by an hour.",
    "Restarting {svc} took its neighbours along: they share a host since May.",
    "The number on the wall was in minutes; everybody had read it as seconds.",
    "The warning had been there for days, in a channel that only a bot reads.",
    "What we took for the cure of {svc} was its cache running warm again.",
    "The one page that says how {svc} starts from nothing lay on {svc}.",
)
RISKS = (
    "Every failover of {svc} is an experiment until it is done on a Tuesday.",
    "Limits are set once and forgotten: who looks at them when traffic doubles?",
    "Retries of all clients together are larger than the traffic they protect.",
    "{svc} has one person who knows its oldest part, and a holiday plan.",
    "The next region would have to take all of it, and was never asked to.",
    "Nobody could say how long {svc} lasts without the vendor.",
    "The backup of {svc} is taken every night and has been read back once.",
)
LEARNINGS = (
    "Ask the people who run {svc} early: ten minutes with them saved an hour.",
    "The retry budget is per client, not per call.",
    "A change that was rolled back is not the same as one that never happened: caches keep it.",
    "Alerts on symptoms found it; alerts on causes had all been quiet.",
    "The vendor's status page was half an hour behind what we saw.",
    "Drain first, then restart: the queue remembers everybody.",
    "Writing down what we had ruled out kept the second shift from doing it again.",
    "There is a read-only mode of {svc}. Few knew.",
    "Names of hosts say nothing about what runs on them any more.",
    "We look for one cause; here three harmless things met.",
    "Support knew first: their channel belongs on the screen of who is on call.",
    "A second pair of eyes on {svc} saw in a minute what we had looked past.",
    "The order of the steps matters: draining {svc} after the switch lost nothing, before it would have.",
    "Saying out loud what we expected each step to do made the surprise visible.",
    "The test system of {svc} has no holiday calendar; the real one does.",
    "Asking what else started at that hour was worth more than the third graph.",
    "Half of the alarms of {svc} name a symptom of something else.",
    "It helps to write the time on every message, in one zone.",
    "We stopped when it was good enough for customers, and finished {svc} rested.",
    "The address of the provider's duty desk is now on the first page.",
    "A limit that nobody can name is a limit that nobody watches.",
    "The log of {svc} says what it did, never why: next time read the queue.",
    "Two short calls were better than one long one: people came back with answers.",
    "Who joins late needs three sentences; we now keep them at the top.",
)
ACTIONS = (
    "Alarm on {svc} at 80 % of its limit",
    "Try the failover of {svc} in working hours",
    "Take the retired host out of the runbook",
    "Jitter in the retries of clients of {svc}",
    "Show the age of the data on the dashboard",
    "Agree with the provider on whom to call",
    "Name an owner for the switch",
)


class Learning:
    """Has dice of its own: that more is said afterwards does not change what happened."""

    def __init__(self, dice, line, time, snapshot, teams):
        self.dice, self.line, self.time, self.snapshot, self.teams = dice, line, time, snapshot, teams
        self.said = {}  # when each text was, by a count that only grows

    def unsaid(self, texts):
        """The one that has not been said for longest, so that no two reviews of a quarter say the same."""
        at = self.dice.whole(0, len(texts) - 1)
        text = min(texts[at:] + texts[:at], key=lambda text: self.said.get(text, 0))
        self.said[text] = len(self.said) + max(self.said.values(), default=0)
        return text

    def some(self, texts, most):
        left, found = list(texts), []
        for _ in range(min(self.dice.whole(0, most), len(texts))):
            found.append(left.pop(self.dice.whole(0, len(left) - 1)))
        return found

    def after(self, key, svc, complexity, end, involved):
        """A complex incident is reviewed more often than a simple one, and by no means always."""
        dice = self.dice
        held = (end + dice.whole(2, 12) * DAY) // DAY * DAY + 13 * HOUR
        if not dice.chance(0.08 + 0.6 * complexity) or held > self.snapshot:
            return
        say = lambda text: text.format(svc=svc)
        self.line("reviews", {"incident": key, "held_at": self.time(held), "url": f"https://wiki.lumen.example/reviews/{key}",
                              "facilitator_involved": dice.chance(0.25), "readers": dice.whole(4, 60) if dice.chance(0.6) else None,
                              "why_surprised": say(self.unsaid(SURPRISES)) if dice.chance(0.6) else None,
                              "risk_awareness": say(self.unsaid(RISKS)) if dice.chance(0.35) else None})
        for team in sorted(involved):
            for _ in range(dice.whole(1, 3)):
                self.line("attendance", {"incident": key, "team": team, "required": True})
        for team in self.some(sorted(set(self.teams) - set(involved)), 4):
            self.line("attendance", {"incident": key, "team": team, "required": False})
        for _ in range(dice.whole(0, 3)):
            self.line("learnings", {"incident": key, "text": say(self.unsaid(LEARNINGS)), "at": self.time(held + HOUR)})
        for title in self.some(ACTIONS, 3):
            closed = held + dice.whole(3, 120) * DAY
            done = dice.chance(0.8) and closed <= self.snapshot
            self.line("actions", {"incident": key, "title": say(title), "opened_at": self.time(held), "due_at": self.time(held + 45 * DAY),
                                  "closed_at": self.time(closed) if done else None, "status": "done" if done else "open",
                                  "team": dice.pick(sorted(involved))})
