package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** In JVMs of their own, for it is done once and for all. */
@Timeout(60)
class SignalerCureTest {
  /** Runs in the other JVM. */
  static final class Probe {
    private Probe() {}

    public static void main(String[] args) throws Exception {
      if (args.length > 0) {
        ping(); // JeroMQ's own is loaded first
      }
      System.out.println("failure: " + SignalerCure.apply());
      ping();
      boolean ours = Arrays.stream(Class.forName("zmq.Signaler").getDeclaredMethods())
          .anyMatch(method -> method.getName().equals("moveByte"));
      System.out.println("ours: " + ours);
    }

    /** A message there and back, which takes signals both ways. */
    private static void ping() {
      try (ZContext context = new ZContext()) {
        ZMQ.Socket one = context.createSocket(SocketType.PAIR);
        ZMQ.Socket other = context.createSocket(SocketType.PAIR);
        int port = one.bindToRandomPort("tcp://127.0.0.1");
        other.connect("tcp://127.0.0.1:" + port);
        for (int i = 0; i < 1000; i++) {
          one.send("ping " + i);
          other.send(other.recvStr());
          String answer = one.recvStr();
          if (!answer.equals("ping " + i)) {
            throw new IllegalStateException(answer);
          }
        }
      }
    }
  }

  private static String run(List<String> options, String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Probe.class.getName()));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(said).isZero();
      return said;
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void whereJeroMqWasNotUsedBeforeItsSignalerIsOurs() throws Exception {
    assertThat(run(List.of())).contains("failure: \n", "ours: true");
  }

  @Test
  void whereJeroMqWasUsedBeforeItStaysAsItIsAndThatIsTold() throws Exception {
    assertThat(run(List.of(), "before"))
        .contains("ours: false", "JeroMQ's Signaler stays as it is", "duplicate class definition");
  }

  @Test
  void aSystemPropertyLeavesItAsItIs() throws Exception {
    assertThat(run(List.of("-Dio.meshrpc.signaler=jeromq")))
        .contains("failure: io.meshrpc.signaler is jeromq", "ours: false");
  }
}
