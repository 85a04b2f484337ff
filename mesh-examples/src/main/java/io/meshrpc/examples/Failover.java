package io.meshrpc.examples;

import com.google.protobuf.ByteString;
import io.meshrpc.MeshClient;
import io.meshrpc.api.MeshListener;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Three server processes; one is killed, one is frozen, and the calls go on. */
final class Failover {
  private static final EchoRequest REQUEST = EchoRequest.newBuilder()
      .setPayload(ByteString.copyFromUtf8("are you there?"))
      .build();

  private Failover() {}

  /** Runs the example. */
  public static void main(String[] args) throws Exception {
    MeshListener printer = new MeshListener() {
      @Override
      public void onTransition(Transition move) {
        System.out.printf(
            "  %s: %s -> %s, %s%n", move.endpoint(), move.from(), move.to(), move.reason());
      }
    };
    try (Fleet fleet = Fleet.start(3, Duration.ZERO);
        MeshClient mesh = MeshClient.builder()
            .connect(fleet.endpoints().toArray(String[]::new))
            .listener(printer)
            .build()) {
      EchoMesh.Client echo = EchoMesh.client(mesh).withDeadline(Duration.ofSeconds(1));

      callMany(echo, "all three");

      fleet.server(0).kill();
      callMany(echo, "after kill -9 of one");

      fleet.server(1).freeze();
      callMany(echo, "after SIGSTOP of two");

      fleet.server(1).thaw();
      fleet.restart(0);
      callMany(echo, "after the return of both");

      mesh.peers()
          .forEach(peer ->
              System.out.printf("%s (%s): %s%n", peer.endpoint(), peer.name(), peer.state()));
    }
  }

  /** Calls for a second; a call that failed would end the program with its exception. */
  private static void callMany(EchoMesh.Client echo, String title) {
    Map<String, Integer> answers = new TreeMap<>();
    long endNs = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    long worstNs = 0;
    while (System.nanoTime() < endNs) {
      long beginNs = System.nanoTime();
      answers.merge(echo.echo(REQUEST).getServer(), 1, Integer::sum);
      worstNs = Math.max(worstNs, System.nanoTime() - beginNs);
    }
    System.out.printf(
        "%s: answered by %s, none failed, the longest took %d ms%n",
        title, answers, worstNs / 1_000_000);
  }
}
