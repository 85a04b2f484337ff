package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import zmq.poll.IPollEvents;
import zmq.poll.Poller;

/** Transports whose I/O is done by who owns them: here this test, which plays both loops. */
@Timeout(60)
class IoByLoopTest {
  private static final int FRAME_MAX = 1 << 20;
  private static final long ROUTE = 1;
  private static final long WAIT_NS = 1_000_000;
  private static final byte[] FRAME = BatchCodec.encode(
      new Batch(0, 0, null, List.of(new Hello(new NodeId(1, 2), 1, 1, 1, 0, "", 0))));

  private final Set<Thread> threadsBefore = ioThreads();
  private final List<ZmqTransport> open = new ArrayList<>();
  private final List<String> news = new ArrayList<>(); // of the client's connection
  private final List<Long> came = new ArrayList<>(); // routes of the server
  private final List<byte[]> answers = new ArrayList<>();

  private final class News implements ZmqTransport.News {
    @Override
    public void onConnected(long route) {
      news.add("connected " + route);
    }

    @Override
    public void onDisconnected(long route) {
      news.add("disconnected " + route);
    }

    @Override
    public void onRefused(long route) {
      news.add("refused " + route);
    }
  }

  private static Set<Thread> ioThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("iothread"))
        .collect(Collectors.toSet());
  }

  private ZmqTransport server(String endpoint) {
    return server(endpoint, 0);
  }

  private ZmqTransport server(String endpoint, int ioThreads) {
    Door door = new Door(ConnectionLimits.DEFAULTS, FRAME_MAX, new Doorbell());
    return kept(ZmqTransport.server(FRAME_MAX, 1000, ioThreads, endpoint, door, null, null));
  }

  private ZmqTransport client(String endpoint) {
    ZmqTransport client = kept(ZmqTransport.client(FRAME_MAX, 10_000, 0, null, new News()));
    client.connect(ROUTE, endpoint, endpoint);
    return client;
  }

  private ZmqTransport kept(ZmqTransport transport) {
    open.add(transport);
    return transport;
  }

  @AfterEach
  void close() {
    open.forEach(ZmqTransport::close);
  }

  private void turn(ZmqTransport transport, List<Long> routes, List<byte[]> frames) {
    transport.push();
    transport.await(WAIT_NS);
    transport.receive(
        new Transport.Sink() {
          @Override
          public void onFrame(long route, byte[] frame) {
            routes.add(route);
            frames.add(frame);
          }

          @Override
          public void onGone(long route) {}
        },
        100);
  }

  private void turnUntil(BooleanSupplier condition, ZmqTransport server, ZmqTransport client) {
    long endNs = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      turn(server, came, new ArrayList<>());
      turn(client, new ArrayList<>(), answers);
      assertThat(System.nanoTime() - endNs).as("%s %s", news, came).isNegative();
    }
  }

  @Test
  void framesGoThereAndBackWithoutAThreadOfJeroMqs() {
    ZmqTransport server = server("tcp://127.0.0.1:*");
    ZmqTransport client = client(server.endpoint());
    turnUntil(() -> news.contains("connected 1"), server, client);

    client.send(ROUTE, FRAME);
    turnUntil(() -> !came.isEmpty(), server, client);
    server.send(came.get(0), FRAME);
    turnUntil(() -> !answers.isEmpty(), server, client);

    assertThat(answers.get(0)).isEqualTo(FRAME);
    Set<Thread> threads = ioThreads();
    threads.removeAll(threadsBefore);
    assertThat(threads).isEmpty();
  }

  @Test
  void whatWasSentLeavesBeforeTheClose() {
    ZmqTransport server = server("tcp://127.0.0.1:*", 1); // reads by itself while this closes
    ZmqTransport client = client(server.endpoint());
    turnUntil(() -> news.contains("connected 1"), server, client);
    client.send(ROUTE, FRAME); // or else the door does not let so much in
    turnUntil(() -> came.size() == 1, server, client);

    for (int i = 0; i < 12; i++) {
      client.send(ROUTE, new byte[FRAME_MAX - 1]); // more than a connection takes at once
    }
    client.close();

    turnUntil(() -> came.size() >= 8, server, server); // who reads may lose what came with the end
  }

  @Test
  void aConnectionIsMadeAnewWithoutBeingAskedForAgain() {
    ZmqTransport server = server("tcp://127.0.0.1:*");
    String endpoint = server.endpoint();
    ZmqTransport client = client(endpoint);
    turnUntil(() -> news.contains("connected 1"), server, client);
    server.close();
    turnUntil(() -> news.contains("disconnected 1"), client, client);
    turnUntil(() -> news.contains("refused 1"), client, client); // which takes JeroMQ's timers

    news.clear();
    ZmqTransport successor = server(endpoint);
    turnUntil(() -> news.contains("connected 1"), successor, client);
    client.send(ROUTE, FRAME);
    turnUntil(() -> !came.isEmpty(), successor, client);
  }

  /** Where a listener can accept nothing, as without file descriptors, until it is told otherwise. */
  @Test
  void aListenerThatTakesNothingInIsNotAskedWithoutPause() throws Exception {
    Object drive = JeroMqCure.newDrive();
    List<Poller> made = new ArrayList<>();
    ((Executor) drive)
        .execute(() -> made.add(new Poller(zmq.ZMQ.createContext(), "iothread-of-the-test")));
    AtomicInteger asked = new AtomicInteger();
    List<SocketChannel> accepted = new ArrayList<>();
    AtomicBoolean full = new AtomicBoolean(true);
    try (ServerSocketChannel port =
            ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
        SocketChannel visitor = SocketChannel.open(port.getLocalAddress())) {
      port.configureBlocking(false);
      Poller poller = made.get(0);
      poller.setPollAccept(poller.addHandle(port, new IPollEvents() {
        @Override
        public void acceptEvent() {
          asked.incrementAndGet();
          if (!full.get()) {
            accepted.add(accept(port));
          }
        }
      }));
      for (int i = 0; i < 1000; i++) {
        boolean unused = ((LongPredicate) drive).test(WAIT_NS);
      }
      assertThat(asked.get()).isBetween(1, 500);
      full.set(false);
      while (accepted.isEmpty()) {
        boolean unused = ((LongPredicate) drive).test(WAIT_NS);
      }
      assertThat(accepted.get(0).getRemoteAddress()).isEqualTo(visitor.getLocalAddress());
      accepted.get(0).close();
    } finally {
      ((AutoCloseable) drive).close();
      made.get(0).destroy();
    }
  }

  private static SocketChannel accept(ServerSocketChannel port) {
    try {
      return port.accept();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anotherThreadEndsTheWait() throws InterruptedException {
    ZmqTransport server = server("tcp://127.0.0.1:*");
    CountDownLatch begun = new CountDownLatch(1);
    Thread loop = new Thread(() -> {
      server.push();
      begun.countDown();
      server.await(TimeUnit.HOURS.toNanos(1));
    });
    loop.start();
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

    server.wake(); // before or in the wait
    loop.join(10_000);

    assertThat(loop.isAlive()).isFalse();
  }
}
