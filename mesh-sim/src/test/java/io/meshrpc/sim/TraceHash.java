package io.meshrpc.sim;

/** Prints the hash that a seed leaves, for a comparison between JVMs. */
final class TraceHash {
  private TraceHash() {}

  public static void main(String[] args) {
    System.out.println(of(Long.parseLong(args[0])));
  }

  static String of(long seed) {
    Run run = Run.of(new Swarm(), seed);
    return run.events() + " " + Long.toHexString(run.hash()) + " " + run.violation();
  }
}
