package io.meshrpc.sim.balance;

/** One run to do. {@code load} is NaN for the scenario's own. */
record Run(String scenario, String policy, long seed, double load, double seconds) {
  Result perform() {
    Scenario declared = new Scenarios().make(scenario);
    if (!Double.isNaN(load)) {
      declared.load(load);
    }
    Policies.Maker maker = new Policies().maker(policy);
    Tally tally = new Simulation(declared, maker, seed, Timing.ofSeconds(seconds)).run();
    return new Result(
        this,
        tally.quantileMs(0.5),
        tally.quantileMs(0.99),
        tally.quantileMs(0.999),
        tally.errorRate(),
        tally.messagesPerRequest());
  }
}
