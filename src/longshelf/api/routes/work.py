"""Addresses of jobs, of live events and of what can be switched while the server runs."""

from longshelf.api import params
from longshelf.api.handlers import events, flags, jobs
from longshelf.api.route import Param, Route
from longshelf.api.routes.rows import ADMIN, get, post
from longshelf.catalog import shapes
from longshelf.catalog.flags import ChooseFlags, FlagList

FLAGS = (
    get("/api/flags", "listFlags", flags.browse, "What can be switched while the server runs", answer=FlagList, access=ADMIN),
    Route(method="PUT", path="/api/flags", name="chooseFlags", about="Switch flags; null puts one back to its default",
          handler=flags.choose, body=ChooseFlags, answer=FlagList, access=ADMIN),
)  # fmt: skip
JOBS = (
    get("/api/jobs", "listJobs", jobs.browse, "Jobs, the newest first", answer=shapes.JobList, access=ADMIN,
         params=(Param(name="state", type=shapes.JobState, many=True, about="Only these states"),
                 Param(name="kind", default="", about="Only this kind"), *params.NUMBERED)),
    get("/api/jobs/{job_id}", "getJob", jobs.one, "One job; whoever is no administrator sees those he asked for", answer=shapes.Job),
    post("/api/jobs/{job_id}/cancel", "cancelJob", jobs.cancel, "Stop a job; what it has done stays", answer=shapes.Job, access=ADMIN),
    post("/api/jobs/{job_id}/retry", "retryJob", jobs.retry, "Queue a finished job again", answer=shapes.Job, access=ADMIN),
    get("/api/events", "events", events.stream, "Live events: hello, job, library", answer=events.EVENT_STREAM,
         params=(Param(name="last_event_id", about="Go on after this event; the header Last-Event-ID wins"),)),
)  # fmt: skip
