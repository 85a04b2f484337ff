package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import zmq.poll.IPollEvents;
import zmq.poll.Poller;
import zmq.util.Clock;

/** In JVMs of their own, for it is done once and for all. */
@Timeout(60)
class JeroMqCureTest {
  /** Runs in the other JVM. */
  static final class Probe {
    private Probe() {}

    public static void main(String[] args) throws Exception {
      if (args.length > 0) {
        ping(); // JeroMQ's own are loaded first
      }
      System.out.println("failure: " + JeroMqCure.apply());
      ping();
      crowd();
      closing();
      boolean ours = Arrays.stream(Class.forName("zmq.Signaler").getDeclaredMethods())
              .anyMatch(method -> method.getName().equals("moveByte"))
          && Arrays.stream(Class.forName("zmq.poll.Poller").getDeclaredMethods())
              .anyMatch(method -> method.getName().equals("takeUpChanges"));
      System.out.println("ours: " + ours);
      long nowMs = System.nanoTime() / 1_000_000; // far from that of the wall, which may be set
      System.out.println("clock: " + (Math.abs(Clock.nowMS() - nowMs) < 60_000));
    }

    /** Many write to one mailbox at once, and its owner sleeps now and then: no signal may be lost. */
    private static void crowd() throws InterruptedException {
      try (ZContext context = new ZContext()) {
        ZMQ.Socket owner = context.createSocket(SocketType.PULL);
        owner.bind("inproc://crowd");
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          Thread writer = new Thread(() -> {
            ZMQ.Socket socket = context.createSocket(SocketType.PUSH);
            socket.connect("inproc://crowd");
            for (int j = 0; j < 5000; j++) {
              socket.send("one of many");
            }
          });
          writer.start();
          writers.add(writer);
        }
        for (int i = 0; i < 8 * 5000; i++) {
          owner.recv();
        }
        for (Thread writer : writers) {
          writer.join();
        }
      }
    }

    /** Who closes a channel of somebody else, while that has something to read, does not stop the poller. */
    private static void closing() throws Exception {
      Poller poller = new Poller(zmq.ZMQ.createContext(), "closing");
      Pipe one = readable();
      Pipe other = readable();
      Pipe last = readable();
      CountDownLatch closed = new CountDownLatch(1);
      CountDownLatch heard = new CountDownLatch(1);
      IPollEvents closing = new IPollEvents() {
        @Override
        public void inEvent() {
          try {
            one.source().close();
            other.source().close();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          closed.countDown();
        }
      };
      IPollEvents hearing = new IPollEvents() {
        @Override
        public void inEvent() {
          if (closed.getCount() == 0) {
            heard.countDown();
          }
        }
      };
      poller.setPollIn(poller.addHandle(one.source(), closing));
      poller.setPollIn(poller.addHandle(other.source(), closing));
      poller.setPollIn(poller.addHandle(last.source(), hearing));
      poller.start();
      if (!heard.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the poller has stopped");
      }
      poller.destroy();
    }

    private static Pipe readable() throws IOException {
      Pipe pipe = Pipe.open();
      pipe.source().configureBlocking(false);
      pipe.sink().write(ByteBuffer.wrap(new byte[1]));
      return pipe;
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
  void whereJeroMqWasNotUsedBeforeItsSignalerAndItsPollerAreOurs() throws Exception {
    assertThat(run(List.of())).contains("failure: \n", "ours: true", "clock: true");
  }

  @Test
  void whereJeroMqWasUsedBeforeItStaysAsItIsAndThatIsTold() throws Exception {
    assertThat(run(List.of(), "before"))
        .contains("ours: false", "JeroMQ stays as it is", "duplicate class definition");
  }

  @Test
  void aSystemPropertyLeavesItAsItIs() throws Exception {
    assertThat(run(List.of("-Dio.meshrpc.jeromq=plain")))
        .contains("failure: io.meshrpc.jeromq is plain", "ours: false");
  }
}
