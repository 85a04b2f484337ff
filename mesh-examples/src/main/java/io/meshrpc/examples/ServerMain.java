package io.meshrpc.examples;

import io.meshrpc.MeshServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The main class of a {@link ServerProcess}: serves {@code Echo} and {@code Payments}. Prints its
 * endpoint when it is ready, drains when told to, and ends at once when its parent has gone.
 */
final class ServerMain {
  static final String READY = "ready ";
  static final String DRAIN = "drain";

  private ServerMain() {}

  /** Serves. Arguments: name, endpoint, file of the execution log, a payment's work in ms. */
  public static void main(String[] args) throws IOException {
    String name = args[0];
    ExecutionLog log = ExecutionLog.in(Path.of(args[2]));
    Duration work = Duration.ofMillis(Long.parseLong(args[3]));
    MeshServer server = MeshServer.builder()
        .bind(args[1])
        .name(name)
        .addService(EchoMesh.bind(request -> echo(name, request)))
        .addService(PaymentsMesh.bind(new Bank(Long.MAX_VALUE, work, Long.MAX_VALUE, log)))
        .build()
        .start();
    System.out.println(READY + server.endpoint());
    System.out.flush();
    BufferedReader parent =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (DRAIN.equals(parent.readLine())) {
      server.close();
      System.exit(0);
    }
    Runtime.getRuntime().halt(1); // the parent has closed its end, or died
  }

  private static EchoReply echo(String name, EchoRequest request) {
    return EchoReply.newBuilder()
        .setPayload(request.getPayload())
        .setServer(name)
        .build();
  }
}
