package io.meshrpc.zmq;

import io.meshrpc.api.PeerIdentity;
import io.meshrpc.security.TlsSecurity;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS over the frames of another transport: each frame of a node goes as one frame of records. The
 * node and its engine know nothing of it; a connection is there for them once its handshake is done.
 */
final class TlsTransport implements Transport, Transport.Sink, TlsHandshakes.Ends {
  private static final int BEGINNINGS_MAX = 3;

  private final Transport raw;
  private final TlsSecurity security;
  private final boolean isClient;
  private final Executor loop;
  private final Links news;
  private final TlsHandshakes handshakes;
  private final TlsBuffers buffers = new TlsBuffers();
  private final TlsRefusals refusals;
  private final Map<Long, TlsLink> links = new HashMap<>();
  private final Map<Long, String> endpoints = new HashMap<>(); // of a client
  private @Nullable TlsLink latest; // most frames go where the one before went
  private Sink sink = new Sink() {
    @Override
    public void onFrame(long route, byte[] frame) {}

    @Override
    public void onGone(long route) {}
  };

  TlsTransport(
      Transport raw,
      TlsSecurity security,
      boolean isClient,
      String name,
      Executor loop,
      Links news) {
    this.raw = raw;
    this.security = security;
    this.isClient = isClient;
    this.loop = loop;
    this.news = news;
    this.refusals = new TlsRefusals(raw, news);
    this.handshakes = new TlsHandshakes(security, name, loop, this);
  }

  // ---- the node's side

  @Override
  public void send(long route, byte[] frame) {
    TlsLink link = link(route);
    if (link == null || link.state != TlsLink.State.OPEN) {
      return; // nothing ever goes in the clear
    }
    try {
      raw.send(route, link.seal(frame, buffers));
    } catch (SSLException | RuntimeException e) {
      onFailed(link, TlsReasons.of(e), e);
    }
  }

  @Override
  public int receive(Sink to, int max) {
    sink = to;
    return raw.receive(this, max);
  }

  @Override
  public boolean open(long route) {
    String endpoint = endpoints.get(route);
    if (endpoint != null) {
      drop(route);
      SSLEngine engine = security.clientEngine(Hosts.host(endpoint), Hosts.port(endpoint));
      TlsLink link = new TlsLink(route, engine, System.nanoTime());
      keep(link);
      handshakes.begin(link, true);
    }
    return false; // once the handshake is done
  }

  @Override
  public void lost(long route) {
    drop(route);
  }

  @Override
  public void connect(long route, String endpoint, String address) {
    endpoints.put(route, endpoint);
    raw.connect(route, endpoint, address);
  }

  @Override
  public void disconnect(long route) {
    endpoints.remove(route);
    drop(route);
    raw.disconnect(route);
  }

  @Override
  public PeerIdentity peer(long route) {
    TlsLink link = link(route);
    return link == null ? PeerIdentity.NONE : link.peer;
  }

  @Override
  public String address(long route) {
    return raw.address(route);
  }

  @Override
  public boolean push() {
    return raw.push();
  }

  @Override
  public void look() {
    raw.look();
  }

  @Override
  public void await(long timeoutNs) {
    raw.await(timeoutNs);
  }

  @Override
  public void wake() {
    raw.wake();
  }

  @Override
  public void resetWake() {
    raw.resetWake();
  }

  @Override
  public void close() {
    handshakes.close();
    raw.close();
  }

  // ---- the connection's side

  @Override
  public void onFrame(long route, byte[] frame) {
    TlsLink link = link(route);
    if (link == null) {
      if (refusals.contains(route)) {
        refusals.takeInVain(route, frame);
      } else if (!isClient) { // else it comes late
        accept(route, frame, 1, 0);
      }
      return;
    }
    if (link.state == TlsLink.State.OPEN) {
      deliver(link, ByteBuffer.wrap(frame));
    } else {
      takeHandshake(link, frame);
    }
  }

  @Override
  public void onGone(long route) {
    TlsLink link = links.get(route);
    boolean wasOpen = link != null && link.state == TlsLink.State.OPEN;
    drop(route);
    if (wasOpen) {
      sink.onGone(route);
    }
  }

  private void deliver(TlsLink link, ByteBuffer records) {
    byte[] batch;
    try {
      batch = link.open(records, buffers);
    } catch (SSLException | RuntimeException e) { // no stranger may end the loop
      onFailed(link, TlsReasons.of(e), e);
      return;
    }
    byte[] words;
    while ((words = link.words.poll()) != null) {
      raw.send(link.route, words);
    }
    if (batch.length > 0) {
      sink.onFrame(link.route, batch);
    }
  }

  /** The first frame of a client. What ZeroMQ had left of an earlier connection may come before it. */
  private void accept(long route, byte[] frame, int beginnings, int bytesCame) {
    if (TlsRecords.isClientHello(frame)) {
      if (!handshakes.hasRoom()) {
        refusals.refuse(route, "too many handshakes at once", TlsRefusals.SOON_NS);
        return;
      }
      TlsLink link = new TlsLink(route, security.serverEngine(), System.nanoTime());
      link.hello = TlsRecords.random(frame);
      link.beginnings = beginnings;
      link.bytesCame = bytesCame;
      keep(link);
      handshakes.begin(link, false);
      handshakes.take(link, frame);
    } else if (TlsRecords.isRecord(frame)) {
      news.onStray(raw.address(route), frame.length, "a TLS record before a ClientHello");
    } else {
      refusals.refuse(route, TlsRefusals.TLS_ONLY, TlsRefusals.againNs());
    }
  }

  private void takeHandshake(TlsLink link, byte[] frame) {
    if (link.awaitsHello) {
      awaitHello(link, frame);
    } else if (!isClient && isOtherHello(link, frame)) {
      if (link.beginnings >= BEGINNINGS_MAX) {
        fail(link, "it begins the handshake again and again", TlsRefusals.againNs());
        return;
      }
      int bytesCame = link.bytesCame;
      drop(link.route);
      accept(link.route, frame, link.beginnings + 1, bytesCame);
    } else if (TlsRecords.isRecord(frame)) {
      handshakes.take(link, frame);
    } else {
      fail(link, "bytes in the clear in the middle of a handshake", TlsRefusals.againNs());
    }
  }

  /** Only the server's Hello to this very Hello counts: late frames may be of an earlier connection. */
  private void awaitHello(TlsLink link, byte[] frame) {
    boolean answers =
        TlsRecords.isServerHello(frame) && Arrays.equals(link.hello, TlsRecords.sessionId(frame));
    if (answers || TlsRecords.isAlert(frame)) {
      link.awaitsHello = false;
      handshakes.take(link, frame);
    } else if (!TlsRecords.isRecord(frame)) {
      TlsRefusals.Hint hint = TlsRefusals.read(frame);
      fail(link, "the server answers TLS in the clear" + hint.words(), hint.retryNs());
    }
  }

  private static boolean isOtherHello(TlsLink link, byte[] frame) {
    return TlsRecords.isClientHello(frame) && !Arrays.equals(link.hello, TlsRecords.random(frame));
  }

  // ---- how a handshake ends

  @Override
  public void onOpen(TlsLink link) {
    try {
      link.peer = security.identity(link.engine.getSession());
    } catch (SSLException | RuntimeException e) {
      onFailed(link, TlsReasons.of(e), e);
      return;
    }
    loop.execute(() -> news.onSecured(link.route));
    if (link.input != null && link.input.hasRemaining()) {
      deliver(link, link.input);
    }
    link.input = null;
    byte[] frame;
    while (link.state == TlsLink.State.OPEN && (frame = link.waiting.poll()) != null) {
      deliver(link, ByteBuffer.wrap(frame));
    }
  }

  @Override
  public void onFailed(TlsLink link, String reason, @Nullable Exception cause) {
    String own = reason.startsWith(TlsReasons.REFUSED) ? security.ownTrouble() : "";
    boolean lasting = cause != null && !(cause instanceof TlsClosedException);
    fail(link, reason + own, lasting ? TlsRefusals.againNs() : TlsRefusals.SOON_NS);
  }

  /** The news goes by way of the loop, for this may happen while the engine is at work. */
  private void fail(TlsLink link, String reason, long retryNs) {
    long route = link.route;
    boolean wasOpen = link.state == TlsLink.State.OPEN;
    link.state = TlsLink.State.OVER;
    sayWhy(link);
    String address = raw.address(route);
    if (isClient) {
      disconnect(route);
    } else {
      drop(route);
      refusals.add(route);
      if (wasOpen) {
        Sink ears = sink;
        loop.execute(() -> ears.onGone(route));
      }
    }
    loop.execute(() -> news.onDenied(route, address, reason, retryNs));
  }

  /** An alert, if TLS has one to send. */
  private void sayWhy(TlsLink link) {
    if (link.tasksRun || link.awaitsHello) {
      return; // the engine is busy, or nobody knows yet whether the peer speaks TLS
    }
    try {
      link.engine.closeOutbound();
      byte[] words = link.ownWords();
      if (words.length > 0) {
        raw.send(link.route, words);
      }
    } catch (SSLException | RuntimeException e) {
      // it cannot even say that it failed
    }
  }

  @Override
  public void sendRecords(long route, byte[] frame) {
    raw.send(route, frame);
  }

  private @Nullable TlsLink link(long route) {
    TlsLink known = latest;
    if (known == null || known.route != route) {
      known = links.get(route);
      latest = known;
    }
    return known;
  }

  private void keep(TlsLink link) {
    links.put(link.route, link);
    latest = null;
  }

  private void drop(long route) {
    TlsLink link = links.remove(route);
    refusals.forget(route);
    latest = null;
    if (link != null) {
      handshakes.forget(link);
    }
  }
}
