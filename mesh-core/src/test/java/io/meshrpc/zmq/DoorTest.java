package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import zmq.Msg;
import zmq.io.Metadata;

/** What each connection may take, to the byte and the nanosecond, and one more. */
@Timeout(60)
class DoorTest {
  private static final int MIB = 1 << 20;
  private static final int FRAME_MAX = 6 * MIB;
  private static final int OVERHEAD = 256; // what a frame counts for besides its bytes
  private static final int COUNTED = 4 * MIB; // what may come before all is counted again
  private static final long SECOND = 1_000_000_000L;
  private static final long FIRST_WORD = 30 * SECOND;
  private static final long SILENCE = 90 * SECOND;
  private static final int UNREAD_MAX = 10 * MIB;
  private static final long HEAP = 64L * MIB; // of which a quarter may wait
  private static final int LAST = 0;

  private final Doorbell bell = new Doorbell();
  private final List<SocketChannel> channels = new ArrayList<>();
  private ServerSocketChannel port;
  private Door door;
  private Metadata ann;
  private Metadata bob;
  private long now = SECOND;
  private long step; // by which the clock goes on whenever somebody looks

  @BeforeEach
  void opens() throws IOException {
    port = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    door = door(HEAP);
  }

  @AfterEach
  void closes() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
    port.close();
  }

  private Door door(long heapBytes) {
    ConnectionLimits limits = new ConnectionLimits(100, 100, FIRST_WORD, SILENCE, UNREAD_MAX);
    return new Door(limits, FRAME_MAX, heapBytes, () -> now += step, bell);
  }

  /** Somebody connects; what JeroMQ says with each of his frames. */
  private Metadata visitor() throws IOException {
    SocketChannel own = SocketChannel.open(port.getLocalAddress());
    channels.add(own);
    SocketChannel accepted = port.accept();
    channels.add(accepted);
    door.onAccepted(accepted);
    Metadata metadata = new Metadata();
    InetSocketAddress address = (InetSocketAddress) own.getLocalAddress();
    metadata.set(Metadata.PEER_ADDRESS, "127.0.0.1:" + address.getPort());
    return metadata;
  }

  /** One whose first frame was read, over this route. */
  private Metadata heard(long route) throws IOException {
    Metadata metadata = visitor();
    door.onRead(route, frame(metadata, LAST, 0));
    return metadata;
  }

  private Msg frame(Metadata from, int flags, int bytes) {
    Msg frame = door.allocate(bytes);
    frame.setFlags(flags);
    frame.setMetadata(from);
    return frame;
  }

  /** Messages that count for so many bytes, none of them large. */
  private void fill(Metadata from, int counted) {
    int part = 64 << 10;
    int left = counted;
    for (; left >= 2 * part; left -= part) {
      frame(from, LAST, part - OVERHEAD);
    }
    frame(from, LAST, left / 2 - OVERHEAD);
    frame(from, LAST, left - left / 2 - OVERHEAD);
  }

  /** Ann has nine mebibytes that wait to be read and Bob two: five more are a quarter of the heap. */
  private void annAndBobWait() throws IOException {
    ann = heard(1);
    bob = heard(2);
    fill(ann, 9 * MIB);
    fill(bob, 2 * MIB);
  }

  private void sweepAfter(long spanNs) {
    now += spanNs;
    door.sweep();
  }

  // ---- silence

  @ParameterizedTest
  @CsvSource({"0, false", "1, true"})
  void theFirstFrameMayTakeAsLongAsItMay(long beyond, boolean closed) throws IOException {
    visitor();

    sweepAfter(FIRST_WORD + beyond);

    assertThat(bell.reasons).hasSize(closed ? 1 : 0).allMatch("no frame for 30000 ms"::equals);
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, true"})
  void soMayTheNext(long beyond, boolean closed) throws IOException {
    ann = heard(1);
    sweepAfter(SECOND);
    sweepAfter(SILENCE);
    assertThat(bell.reasons).isEmpty();
    door.onRead(1, frame(ann, LAST, 0)); // of which the next sweep hears
    sweepAfter(SECOND);

    sweepAfter(SILENCE + beyond);

    assertThat(bell.reasons).hasSize(closed ? 1 : 0).allMatch("no frame for 90000 ms"::equals);
  }

  // ---- what waits to be sent

  @ParameterizedTest
  @CsvSource({"0, true", "1, false"})
  void asMuchWaitsForOneThatDoesNotReadAsMay(int beyond, boolean mayAsk) throws IOException {
    heard(1);
    Msg before = door.parcel(1, new byte[1000]);
    assertThat(before.isCredential()).isFalse(); // as JeroMQ asks when it takes one to send it

    door.parcel(1, new byte[UNREAD_MAX / 2 - OVERHEAD]);
    door.parcel(1, new byte[UNREAD_MAX / 2 - OVERHEAD + beyond]);

    assertThat(door.mayAsk(1)).isEqualTo(mayAsk);
    assertThat(bell.reasons)
        .hasSize(beyond)
        .allMatch("does not read: 10485761 bytes wait (expected: <= 10485760)"::equals);
  }

  @ParameterizedTest
  @CsvSource({"0, true", "1, false"})
  void aQuarterOfTheHeapWaitsForAllAndThenWhoHasTheMostIsClosed(int beyond, boolean mayAsk)
      throws IOException {
    heard(1);
    heard(2);
    door.parcel(1, new byte[9 * MIB - OVERHEAD + beyond]);
    door.parcel(2, new byte[7 * MIB - OVERHEAD]);

    sweepAfter(SECOND);

    assertThat(door.mayAsk(1)).isEqualTo(mayAsk);
    assertThat(door.mayAsk(2)).isTrue();
    assertThat(bell.reasons).hasSize(beyond).allMatch(reason -> reason.endsWith("the most of all"));
  }

  @Test
  void thatIsNotLeftToTheNextSweepWhileMuchIsSent() throws IOException {
    for (int route = 1; route <= 6; route++) {
      heard(route);
    }
    for (int route = 1; route <= 6; route++) {
      door.parcel(route, new byte[4 * MIB - OVERHEAD]); // four of them are a quarter of the heap
    }

    assertThat(bell.reasons)
        .hasSize(2)
        .allMatch("does not read: 4194304 bytes wait, the most of all"::equals);
  }

  // ---- what comes

  @ParameterizedTest
  @CsvSource({"0, false", "1, true"})
  void aFrameAndFourMebibytesMayComeBeforeTheFirstIsHeard(int beyond, boolean closed)
      throws IOException {
    fill(visitor(), FRAME_MAX + 4 * MIB + beyond);

    assertThat(bell.reasons)
        .hasSize(closed ? 1 : 0)
        .allMatch("more than a frame before the first was heard"::equals);
  }

  @Test
  void aQuarterOfTheHeapMayWaitToBeRead() throws IOException {
    annAndBobWait();

    step = SECOND / 10;
    frame(bob, LAST, 5 * MIB - OVERHEAD); // more than what may come uncounted

    assertThat(bell.reasons).isEmpty();
  }

  @Test
  void beyondItWhoHasTheMostIsClosedAfterASecond() throws IOException {
    annAndBobWait();
    long before = now;
    step = SECOND / 10;

    frame(bob, LAST, 5 * MIB - OVERHEAD + 1);

    assertThat(bell.reasons).containsExactly("the most of more than the server can read");
    assertThat(now - before).isGreaterThan(SECOND);
    assertThat(frame(bob, LAST, 0).isCommand()).as("bob is heard").isFalse();
    assertThat(frame(ann, LAST, 0).isCommand()).as("ann is heard").isTrue();
  }

  @Test
  void whoHasAnUnfinishedMessageIsClosedBeforeAndAtOnce() throws IOException {
    annAndBobWait();
    long before = now;
    step = 1;

    frame(bob, Msg.MORE, 5 * MIB - OVERHEAD + 1);

    assertThat(bell.reasons)
        .containsExactly("the most of what cannot be read yet, and too much waits");
    assertThat(now - before).isLessThan(SECOND);
  }

  @ParameterizedTest
  @CsvSource({"4096, false", "4097, true"})
  void whoHasJustGreetedIsNotTakenForOneWhoIsNeverHeard(int waiting, boolean closed)
      throws IOException {
    ann = heard(1);
    Metadata newcomer = visitor();
    frame(newcomer, LAST, waiting - OVERHEAD);
    fill(ann, 12 * MIB);
    step = SECOND / 10;

    frame(ann, LAST, 5 * MIB);

    String why = closed ? "cannot be read yet" : "more than the server can read";
    assertThat(bell.reasons.get(0)).contains(why);
    assertThat(frame(newcomer, LAST, 0).isCommand()).as("dropped").isEqualTo(closed);
  }

  @Test
  void whatIsReadMakesRoom() throws IOException {
    ann = heard(1);
    bob = heard(2);
    Msg large = frame(ann, LAST, 5 * MIB);
    fill(bob, 11 * MIB - COUNTED);
    assertThat(door.onRead(1, large)).isTrue();
    step = SECOND / 10;

    frame(bob, LAST, 5 * MIB);

    assertThat(bell.reasons).isEmpty();
  }

  // ---- frames

  @ParameterizedTest
  @CsvSource({"0, false", "1, true"})
  void aFrameIsAsLargeAsItMayBe(int beyond, boolean closed) throws IOException {
    ann = heard(1);

    Msg frame = frame(ann, LAST, FRAME_MAX + beyond);

    assertThat(frame.isCommand()).isEqualTo(closed); // which JeroMQ drops
    assertThat(bell.reasons).hasSize(closed ? 1 : 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1024L * MIB, HEAP}) // an eighth of it, or four frames
  void asManyLargeFramesAreBegunAsHaveRoomAndThenOneWhenOneEnds(long heapBytes) throws IOException {
    door = door(heapBytes);
    ann = visitor();
    int room = (int) Math.max(heapBytes / 8, 4L * FRAME_MAX);
    List<Msg> begun = new ArrayList<>();
    for (int left = room; left > 0; left -= begun.get(begun.size() - 1).size()) {
      begun.add(door.allocate(Math.min(left, FRAME_MAX)));
      assertThat(begun.get(begun.size() - 1).size()).isPositive();
    }
    assertThat(begun.stream().mapToLong(Msg::size).sum()).isEqualTo(room);

    assertThat(door.allocate(256 << 10).size()).as("one more").isZero();
    assertThat(door.allocate((256 << 10) - 1).size()).as("a smaller one").isPositive();

    begun.get(0).setMetadata(ann); // all of it is there
    assertThat(door.allocate(256 << 10).size()).isEqualTo(256 << 10);
    frame(visitor(), LAST, FRAME_MAX); // the room of the other, but for what was begun since
    assertThat(bell.reasons).singleElement().asString().contains("left for unfinished frames");
  }

  @ParameterizedTest
  @CsvSource({"1025, true", "1026, false"})
  void aMessageHasABatchAnd1024FramesMore(int frames, boolean isWhole) throws IOException {
    ann = heard(1);
    for (int i = 1; i < frames; i++) {
      door.onRead(1, frame(ann, Msg.MORE, 1));
    }
    assertThat(door.onRead(1, frame(ann, LAST, 1))).isEqualTo(isWhole);
    assertThat(door.onRead(1, frame(ann, LAST, 1))).as("the next message").isTrue();
    assertThat(bell.reasons).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, true", "1, false"})
  void allFramesOfAMessageHaveTheBytesOfOne(int beyond, boolean isWhole) throws IOException {
    ann = heard(1);
    door.onRead(1, frame(ann, Msg.MORE, FRAME_MAX / 2));

    assertThat(door.onRead(1, frame(ann, LAST, FRAME_MAX / 2 + beyond))).isEqualTo(isWhole);
    assertThat(bell.reasons).isEmpty();
  }

  // ---- connections

  @ParameterizedTest
  @CsvSource({"67108864, 1024", "655359999, 9999", "655360000, 10000", "99999999999, 10000"})
  void asManyMayConnectAsHaveTheirBuffersInHalfOfTheHeap(long heapBytes, int connections) {
    assertThat(ConnectionLimits.ofHeap(heapBytes).connectionsMax()).isEqualTo(connections);
  }

  @ParameterizedTest
  @CsvSource({"67108864, 16777216", "536870911, 134217727", "99999999999, 134217728"})
  void whatWaitsForOneIsAQuarterOfTheHeapAtTheMost(long heapBytes, long bytes) {
    assertThat(ConnectionLimits.ofHeap(heapBytes).unreadBytesMax()).isEqualTo(bytes);
  }
}
