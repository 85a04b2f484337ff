package io.meshrpc;

import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.server;
import static io.meshrpc.RawPeer.LARGE;
import static io.meshrpc.RawPeer.LAST;
import static io.meshrpc.RawPeer.MORE;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.MeshListener;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Pong;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever strangers do to a server's socket, an honest client's calls go on, and it is told. */
@Timeout(120)
class HostilePeersTest extends HostileStory {
  private static final int FRAME_MAX = (4 << 20) + (64 << 10) + (2 << 20); // of a server by default

  private final List<MeshListener.StrayBytes> strays = new CopyOnWriteArrayList<>();

  private MeshServerBuilder builder() {
    return server(request -> request)
        .firstWordWithin(Duration.ofSeconds(1))
        .listener(new MeshListener() {
          @Override
          public void onClosedConnection(ClosedConnection connection) {
            closed.add(connection);
          }

          @Override
          public void onStrayBytes(StrayBytes stray) {
            strays.add(stray);
          }
        });
  }

  @BeforeEach
  void serves() {
    begin(builder());
  }

  private RawPeer peer() throws Exception {
    return kept(new RawPeer(server));
  }

  private void awaitClosed(String reason) {
    await().atMost(Duration.ofSeconds(20)).until(() -> isClosed(reason));
  }

  private boolean isClosed(String reason) {
    return closed.stream().anyMatch(one -> one.reason().contains(reason));
  }

  private static byte[] text(String text) {
    return text.getBytes(US_ASCII);
  }

  @Test
  void garbageInsteadOfAGreetingEndsOnlyItsOwnConnection() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 50; i++) {
      byte[] garbage = new byte[1 + random.nextInt(3000)];
      random.nextBytes(garbage);
      peer().raw(garbage);
    }
    peer().raw(text("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    peer().raw(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});
    for (RawPeer peer : peers) {
      assertThat(peer.isEnded(20)).isTrue();
    }
    await().until(() -> closed.size() == peers.size());
  }

  @Test
  void whoDoesNotFinishAGreetingIsClosed() throws Exception {
    int[] parts = {0, 1, 9, 10, 11, 12, 63, 64};
    for (int bytes : parts) {
      peer().raw(Arrays.copyOf(RawPeer.greeting(3), bytes));
    }

    await().atMost(Duration.ofSeconds(20)).until(() -> closed.size() == parts.length);
    for (RawPeer peer : peers) {
      assertThat(peer.isEnded(10)).isTrue();
      assertThat(closed)
          .anyMatch(one -> one.address().equals("127.0.0.1:" + peer.port())
              && one.reason().contains("no frame for"));
    }
  }

  @Test
  void whoGreetsAndSaysNothingIsClosed() throws Exception {
    RawPeer peer = kept(RawPeer.dealer(server));

    awaitClosed("no frame for");
    assertThat(peer.isEnded(10)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void earlierVersionsOfZeroMqAreRefused(int version) throws Exception {
    RawPeer peer = peer();
    byte[] greeting = RawPeer.greeting(version - 1);
    greeting[11] = 5; // DEALER
    peer.raw(Arrays.copyOf(greeting, 12));
    peer.raw(new byte[] {0, 0});

    assertThat(peer.isEnded(5)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        FRAME_MAX + 1,
        1L << 31,
        1L << 32,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MIN_VALUE | 0x70000000L, // 1.8 GiB once cut to an int
        -1
      })
  void aLengthThatLiesEndsItsConnectionAndTakesNoMemory(long length) throws Exception {
    for (int i = 0; i < 20; i++) {
      RawPeer peer = kept(RawPeer.client(server, new NodeId(1, i)));
      peer.raw(RawPeer.header(LARGE, length));
      peer.raw(text("what follows is no frame"));
    }
    for (RawPeer peer : peers) {
      assertThat(peer.isEnded(10)).isTrue();
    }
    boolean isTold = (length < 0 || length < 1L << 31) && (int) length != 0;
    if (isTold) { // JeroMQ ends others without a word, and takes 2^63 for 0
      await().until(() -> closed.size() == peers.size());
    }
  }

  @Test
  void frameOfTheGreatestSizeIsRead() throws Exception {
    RawPeer peer = kept(RawPeer.client(server, new NodeId(1, 1)));
    peer.frame(LAST, new byte[FRAME_MAX]);

    await().until(() -> strays.size() == 1);
    assertThat(strays.get(0).bytes()).isEqualTo(FRAME_MAX);
    assertThat(peer.isEnded(1)).isFalse();
  }

  @Test
  void whoBeginsAFrameAndDripsIsClosed() throws Exception {
    RawPeer peer = kept(RawPeer.dealer(server));
    peer.raw(RawPeer.header(LAST, FRAME_MAX));
    Thread dripping = new Thread(() -> {
      try {
        while (true) {
          peer.raw(new byte[1]);
          Thread.sleep(5);
        }
      } catch (Exception e) {
        // as it should
      }
    });
    dripping.start();

    awaitClosed("no frame for");
    dripping.join(10_000);
    assertThat(dripping.isAlive()).isFalse();
  }

  @Test
  void thousandsOfLargeFramesThatAreBegunDoNotFillTheMemory() throws Exception {
    long most = Runtime.getRuntime().maxMemory() / 8;
    int count = (int) Math.min(1500, 2 * most / FRAME_MAX);
    for (int i = 0; i < count; i++) {
      RawPeer peer = kept(RawPeer.client(server, new NodeId(2, i)));
      peer.raw(RawPeer.header(LAST, FRAME_MAX));
    }
    awaitClosed("unfinished");
    assertThat(closed).hasSizeGreaterThan(count / 4);
  }

  @Test
  void aMessageOfFramesWithoutEndTakesNoMemoryAndIsClosed() throws Exception {
    RawPeer peer = kept(RawPeer.dealer(server));
    Thread sending = new Thread(() -> {
      try {
        while (true) {
          peer.frame(MORE, new byte[1 << 20]);
        }
      } catch (Exception e) {
        // as it should
      }
    });
    sending.start();

    awaitClosed("no frame for");
    sending.join(20_000);
    assertThat(sending.isAlive()).isFalse();
    assertThat(peer.isEnded(10)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SUB", "PUB", "PUSH", "PULL", "PAIR", "XPUB", "STREAM", "", "ROUTER\0"})
  void otherKindsOfSocketsAreRefused(String type) throws Exception {
    RawPeer peer = peer().greet(type, Map.of());

    assertThat(peer.isEnded(10)).isTrue();
    awaitClosed("it ended before its first frame");
  }

  @Test
  void aReqSocketsEmptyFirstFrameIsStray() throws Exception {
    RawPeer peer = peer().greet("REQ", Map.of());
    peer.frame(MORE, new byte[0]);
    peer.frame(LAST, text("body"));

    await().until(() -> strays.size() == 1);
    assertThat(strays.get(0).bytes()).isZero();
  }

  @Test
  void theSecondOfOneRoutingIdIsNotHeardAndTheFirstGoesOn() throws Exception {
    Map<String, byte[]> identity = Map.of("Identity", text("the same"));
    RawPeer first = peer().greet("DEALER", identity);
    long session = first.hello(new NodeId(1, 1), 1).session();
    RawPeer second = peer().greet("DEALER", identity);
    for (int i = 0; i < 1000; i++) {
      second.say(session, new Ping(i));
    }

    awaitClosed("no frame for");
    assertThat(second.isEnded(10)).isTrue();
    first.say(session, new Ping(7));
    assertThat(first.next()).isEqualTo(new Pong(7));
  }

  @Test
  void whoFillsTheServerBeforeItIsHeardIsClosed() throws Exception {
    Map<String, byte[]> identity = Map.of("Identity", text("the same"));
    peer().greet("DEALER", identity).hello(new NodeId(1, 1), 1);
    RawPeer second = peer().greet("DEALER", identity);
    byte[] large = new byte[1 << 20];
    Thread filling = new Thread(() -> {
      try {
        for (int i = 0; i < 1000; i++) {
          second.frame(LAST, large);
        }
      } catch (Exception e) {
        // as it should
      }
    });
    filling.start();

    awaitClosed("before the first was heard");
    filling.join(10_000);
    assertThat(filling.isAlive()).isFalse();
  }

  @Test
  void aForgedAddressIsNotHeardAndHarmsNobody() throws Exception {
    RawPeer honestPeer = kept(RawPeer.client(server, new NodeId(1, 1)));
    for (String address : List.of("127.0.0.1:" + honestPeer.port(), "10.0.0.1:1", "")) {
      RawPeer liar = peer().greet("DEALER", Map.of("Peer-Address", text(address)));
      liar.raw(RawPeer.header(LARGE, Long.MIN_VALUE)); // for which another would be closed
      liar.say(0, new Ping(1));
      awaitClosed("the address of another");
    }
    await()
        .until(() ->
            closed.stream().filter(one -> one.reason().contains("no frame for")).count() == 3);
    assertThat(honestPeer.isEnded(1)).isFalse();
  }

  @Test
  void hundredsOfConnectionsComeAndGo() throws Exception {
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 200; i++) {
        RawPeer.client(server, new NodeId(round, i)).close();
      }
    }
    await().until(() -> honestServesNewcomers());
  }

  private boolean honestServesNewcomers() {
    try (MeshClient newcomer = client(server).build()) {
      return newcomer.call(READ, "new", DEFAULT).equals("new");
    }
  }

  @Test
  void aFloodOfStrayFramesDoesNotFloodTheListener() throws Exception {
    RawPeer peer = kept(RawPeer.client(server, new NodeId(1, 1)));
    byte[] head = RawPeer.header(LAST, 1);
    byte[] frames = new byte[3 * 30_000];
    for (int i = 0; i < frames.length; i += 3) {
      frames[i] = head[0];
      frames[i + 1] = head[1];
      frames[i + 2] = -1;
    }
    peer.raw(frames);

    await().atMost(Duration.ofSeconds(20)).until(() -> {
      peer.frame(LAST, text("one more"));
      return strays.stream().anyMatch(stray -> stray.total() > 30_000);
    });
  }
}
