package io.meshrpc.bench;

/** The main class of a server's JVM. Arguments: kind of peer, address of the broker or "". */
final class ServerMain {
  private ServerMain() {}

  /** Serves until the parent has gone; ends gracefully on SIGTERM. */
  public static void main(String[] args) throws Exception {
    BenchServer server = PeerKind.valueOf(args[0]).make().serve(args[1]);
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "bench-drain"));
    Usage.Meter meter = new Usage.Meter();
    Lines lines = new Lines();
    lines.ready(server.address());
    lines.serve((command, argument) -> {
      if (command.equals("usage")) {
        return meter.read().line();
      }
      throw Lines.unknown(command);
    });
  }
}
