"""One construct per capability; each owns its functions, queues, rules and routes and borrows the platform."""
