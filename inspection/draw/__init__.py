"""Draw 抽取: schools and inspectors by lot – pool, promise, seed, tickets, teams, record – and what the sample says of all."""
