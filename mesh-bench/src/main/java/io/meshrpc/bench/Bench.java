package io.meshrpc.bench;

/** Reads the command line and runs what it asks for. */
final class Bench {
  private static final String USAGE = """
      usage: bin/bench [--peers LIST] [--mode latency|throughput|chained] [--payload BYTES] [--inflight N]
                       [--threads N] [--clients N] [--servers N] [--open CALLS_PER_SECOND]
                       [--rounds N] [--seconds N] [--warmup SECONDS] [--json FILE]
                       [--plot DIRECTORY]
             bin/bench --failover kill|freeze|drain|none [--again] [--peers LIST] [--threads N]
                       [--rounds N] [--warmup SECONDS] [--frozen SECONDS] [--json FILE]
             bin/bench --scale [--servers N] [--clients N] [--seconds N] [--warmup SECONDS]
                       [--json FILE]
             bin/bench --overload FACTOR [--peers mesh,grpc] [--servers N] [--rounds N] [--seconds N]
                       [--json FILE]
      peers: mesh,mesh-direct,mesh-direct-futures,mesh-spin,mesh-tls,mesh-direct-tls,mesh-curve,mesh-direct-curve,jeromq,rawtcp,grpc,grpc-direct,grpc-keepalive,rsocket,nats
      See docs/guide/benchmarks.md.""";

  private Bench() {}

  /** Runs. Ends with 2 if the command line is wrong, with 1 if the run failed. */
  public static void main(String[] args) {
    Settings settings;
    try {
      settings = Settings.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.println(USAGE);
      System.exit(2);
      return;
    }
    try {
      run(settings);
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void run(Settings settings) throws Exception {
    if (settings instanceof Settings.Compare compare) {
      TlsKeys.prepare(compare.peers());
      new Comparison(compare).run();
    } else if (settings instanceof Settings.FailOver failOver) {
      TlsKeys.prepare(failOver.peers());
      new Failover(failOver).run();
    } else if (settings instanceof Settings.Grow grow) {
      new Scale(grow).run();
    } else if (settings instanceof Settings.TooMuch tooMuch) {
      new Overload(tooMuch).run();
    } else {
      System.out.println(USAGE);
    }
  }
}
