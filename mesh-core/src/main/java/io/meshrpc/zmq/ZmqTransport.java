package io.meshrpc.zmq;

import io.meshrpc.api.PeerIdentity;
import io.meshrpc.edge.SafeLog;
import io.meshrpc.security.CurveSecurity;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import zmq.Msg;
import zmq.io.Metadata;

/**
 * One ROUTER socket. A server's is bound; a client's is connected to every server, each under a
 * routing id of its own choice.
 */
final class ZmqTransport implements Transport {
  private static final int DOOR_EVENTS =
      ZMQ.EVENT_ACCEPTED | ZMQ.EVENT_ACCEPT_FAILED | ZMQ.EVENT_DISCONNECTED;
  private static final String DOMAIN = "mesh"; // with any, JeroMQ refuses ZMTP 1 and 2
  private static final int GONE_BYTES = 16;
  private static final int ATTACHED_MAX = 1024;
  private static final int RECONNECT_MS = 50;
  private static final int RECONNECT_MAX_MS = 1000;
  private static final int HANDSHAKE_MS = 5000;

  /** News of connections; called by JeroMQ's thread, or the loop in its place; must only hand over. */
  public interface News {
    /** A connection is there. */
    void onConnected(long route);

    /** A connection that was there is gone. */
    void onDisconnected(long route);

    /** Nobody listens at the endpoint. */
    void onRefused(long route);

    /** The server was there, and did not come to terms with this client. */
    default void onDenied(long route, Handshakes.Failure failure) {
      onDisconnected(route);
    }
  }

  private final ZContext context;
  private final SocketIo io;
  private final ZMQ.Socket socket;
  private final Nudge nudge;
  private final Object closing = new Object();
  private final byte[] gone = new byte[GONE_BYTES]; // what JeroMQ says of a lost connection
  private boolean closed; // guarded by closing

  private final Map<RouteName, Long> routes = new HashMap<>();
  private final Map<Long, byte[]> names = new HashMap<>();
  private final Dialled dialled = new Dialled(); // of a client
  private final @Nullable Door door; // of a server, which takes whoever comes
  private final @Nullable CurveDoor curveDoor; // of a server with CURVE
  private final SocketNews heard; // of a client's connections
  private final int frameBytesMax; // of all frames of a message together
  private final List<byte[]> attached = new ArrayList<>(); // of the message that is delivered
  private final Origins origins = new Origins(); // of a server's connections
  private long lastRoute; // of a server
  private @Nullable Metadata origin; // of the latest frame
  private byte @Nullable [] firstName; // of a frame that ended a wait

  private ZmqTransport(
      int frameBytesMax,
      int lingerMs,
      int ioThreads,
      @Nullable Door door,
      @Nullable CurveSecurity curve,
      ZapDesk.@Nullable News zapNews) {
    String unused = JeroMqCure.apply();
    new SecureRandom().nextBytes(gone); // no peer may say it
    this.door = door;
    this.frameBytesMax = frameBytesMax;
    context = new ZContext(Math.max(1, ioThreads));
    context.setNotificationExceptionHandler((thread, e) -> {});
    context.setUncaughtExceptionHandler(
        (thread, e) -> SafeLog.log(Level.ERROR, "JeroMQ's thread failed; this node is deaf", e));
    context.setLinger(lingerMs);
    nudge = new Nudge(context);
    IoByLoop byLoop = ioThreads == 0 ? IoByLoop.orNull() : null;
    Supplier<ZMQ.Socket> router = () -> context.createSocket(SocketType.ROUTER);
    socket = byLoop == null ? router.get() : byLoop.open(router);
    io = byLoop == null ? new IoByThreads(socket, nudge) : byLoop;
    socket.setLinger(lingerMs);
    socket.setHWM(0);
    socket.setRouterMandatory(true);
    socket.setMaxMsgSize(door == null ? frameBytesMax : -1); // the door judges, and tells
    socket.setMsgAllocator(door == null ? size -> new Msg(Math.max(0, size)) : door::allocate);
    socket.setReconnectIVL(RECONNECT_MS);
    socket.setReconnectIVLMax(RECONNECT_MAX_MS);
    socket.setHandshakeIvl(HANDSHAKE_MS);
    heard = new SocketNews(nudge, new Handshakes(curve != null, HANDSHAKE_MS));
    curveDoor = curve == null ? null : CurveDoor.open(context, socket, curve, zapNews);
  }

  /**
   * A client's transport, not connected yet.
   *
   * @param curve null for a connection in the clear
   */
  public static ZmqTransport client(
      int frameBytesMax, int lingerMs, int ioThreads, @Nullable CurveSecurity curve, News news) {
    ZmqTransport transport =
        new ZmqTransport(frameBytesMax, lingerMs, ioThreads, null, curve, null);
    transport.socket.setEventHook(event -> transport.heard.tell(news, event), SocketNews.EVENTS);
    return transport;
  }

  /**
   * A server's transport, bound.
   *
   * @param door for all who come
   * @param curve null for everybody, in the clear
   * @throws IllegalArgumentException if it cannot be bound there
   */
  static ZmqTransport server(
      int frameBytesMax,
      int lingerMs,
      int ioThreads,
      String endpoint,
      Door door,
      @Nullable CurveSecurity curve,
      ZapDesk.@Nullable News zapNews) {
    ZmqTransport transport =
        new ZmqTransport(frameBytesMax, lingerMs, ioThreads, door, curve, zapNews);
    try {
      transport.socket.setEventHook(door::onEvent, DOOR_EVENTS);
      transport.socket.setZapDomain(DOMAIN);
      transport.socket.base().setSocketOpt(zmq.ZMQ.ZMQ_DISCONNECT_MSG, transport.gone);
      transport.socket.setIPv6(endpoint.contains("["));
      transport.socket.bind(endpoint);
      return transport;
    } catch (RuntimeException e) {
      transport.close();
      String text = "bind: %s (expected: an address of this host that is free): %s";
      throw new IllegalArgumentException(text.formatted(endpoint, e), e);
    }
  }

  /** Where a server is bound, with its real port. */
  public String endpoint() {
    return socket.getLastEndpoint();
  }

  /** Whether a client still wants this connection. */
  boolean isWanted(long route) {
    return dialled.contains(route);
  }

  @Override
  public void connect(long route, String endpoint, String address) {
    byte[] name = ("p" + route).getBytes(StandardCharsets.US_ASCII);
    socket.setConnectRid(name);
    String spelling = dialled.add(route, endpoint, address);
    heard.opened(route, spelling);
    routes.put(new RouteName(name), route);
    names.put(route, name);
    if (address.contains("[")) {
      socket.setIPv6(true); // it stays so, and does IPv4 no harm: there are no names here
    }
    try {
      socket.connect(spelling);
    } catch (RuntimeException e) {
      disconnect(route);
      throw e;
    }
    heard.opened(route, socket.getLastEndpoint());
  }

  @Override
  public void disconnect(long route) {
    byte[] name = names.remove(route);
    String spelling = dialled.remove(route);
    if (name != null && spelling != null) {
      routes.remove(new RouteName(name));
      heard.closed(route);
      socket.disconnect(spelling);
    }
  }

  @Override
  public void send(long route, byte[] frame) {
    send(route, frame, List.of());
  }

  @Override
  public boolean attaches() {
    return true;
  }

  @Override
  public void send(long route, byte[] frame, List<byte[]> attached) {
    byte[] name = names.get(route);
    if (name == null || (door != null && !door.mayAsk(route)) || !sendPart(new Msg(name), true)) {
      return;
    }
    sendPart(body(route, frame), !attached.isEmpty());
    for (int i = 0; i < attached.size(); i++) {
      sendPart(body(route, attached.get(i)), i + 1 < attached.size());
    }
  }

  /** False if there is no such connection, which only the first part, its name, can find out. */
  private boolean sendPart(Msg part, boolean more) {
    int flags = more ? zmq.ZMQ.ZMQ_SNDMORE | zmq.ZMQ.ZMQ_DONTWAIT : zmq.ZMQ.ZMQ_DONTWAIT;
    return socket.base().send(part, flags);
  }

  private Msg body(long route, byte[] bytes) {
    return door == null ? new Msg(bytes) : door.parcel(route, bytes);
  }

  @Override
  public int receive(Sink sink, int max) {
    int count = 0;
    while (count < max) {
      peek();
      byte[] name = firstName;
      firstName = null;
      if (name == null) {
        break;
      }
      deliver(sink, name);
      count++;
    }
    return count;
  }

  @Override
  public boolean push() {
    io.push();
    peek();
    return firstName != null;
  }

  @Override
  public void look() {
    if (firstName == null) {
      io.look();
    }
  }

  private void peek() {
    if (firstName == null) {
      keep(socket.base().recv(zmq.ZMQ.ZMQ_DONTWAIT));
    }
  }

  private void keep(@Nullable Msg first) {
    firstName = first == null ? null : first.data();
  }

  @Override
  public void await(long timeoutNs) {
    if (firstName == null && timeoutNs > 0) {
      keep(io.await(timeoutNs));
    }
  }

  @Override
  public String address(long route) {
    String endpoint = dialled.endpoint(route);
    return endpoint == null ? origins.address(route) : endpoint;
  }

  @Override
  public void resetWake() {
    io.resetWake();
  }

  @Override
  public void wake() {
    synchronized (closing) {
      if (!closed) {
        io.wake();
      }
    }
  }

  @Override
  public void close() {
    synchronized (closing) {
      if (closed) {
        return;
      }
      closed = true;
    }
    if (door != null) {
      door.close();
    }
    nudge.close();
    io.close(socket.getLinger());
    socket.close();
    if (curveDoor != null) {
      curveDoor.close();
    }
    context.close();
  }

  private void deliver(Sink sink, byte[] name) {
    RouteName key = new RouteName(name);
    Long known = routes.get(key);
    long route = known == null ? lastRoute + 1 : known; // a new one, if it stays
    byte[] frame = readBody(route);
    if (door == null) {
      if (known != null) { // else it comes late, from a connection that was given up
        heard.from(route);
        pass(sink, route, frame);
      }
      return;
    }
    if (Arrays.equals(frame, gone)) {
      forget(key, sink);
      return;
    }
    if (known == null) {
      lastRoute = route;
      routes.put(key, route);
      names.put(route, name);
      origins.put(route, origin);
      if (curveDoor != null && door.knows(route)) { // who claims another's address is not heard
        curveDoor.enter(route, origin);
      }
    }
    if (curveDoor == null || curveDoor.isIn(route)) {
      pass(sink, route, frame);
    }
  }

  private void pass(Sink sink, long route, byte[] frame) {
    if (attached.isEmpty()) {
      sink.onFrame(route, frame);
    } else {
      sink.onFrames(route, frame, attached);
    }
  }

  /** The first frame after the name; empty if there is none. Notes the frames beyond it. */
  private byte[] readBody(long route) {
    attached.clear();
    byte[] body = null;
    long bytes = 0;
    boolean more = true;
    Msg part;
    while (more && (part = socket.base().recv(zmq.ZMQ.ZMQ_DONTWAIT)) != null) {
      boolean fits = door == null || door.onRead(route, part);
      bytes += part.size();
      if (body == null) {
        body = part.data();
        origin = part.getMetadata();
      } else if (fits && attached.size() < ATTACHED_MAX && bytes <= frameBytesMax) {
        attached.add(part.data());
      }
      more = part.hasMore();
    }
    return body == null ? new byte[0] : body;
  }

  @Override
  public PeerIdentity peer(long route) {
    return curveDoor == null ? PeerIdentity.NONE : curveDoor.peer(route);
  }

  /** Stops listening to whom the list no longer knows; who they were. */
  Map<Long, PeerIdentity> judgeAgain() {
    return curveDoor == null ? Map.of() : curveDoor.judgeAgain();
  }

  private void forget(RouteName name, Sink sink) {
    Long route = routes.remove(name);
    if (route != null) {
      names.remove(route);
      origins.remove(route);
      if (door != null) {
        door.onGone(route);
      }
      if (curveDoor != null) {
        curveDoor.forget(route);
      }
      sink.onGone(route);
    }
  }

  /** Connections that something has come from, or that were opened here. */
  int routeCount() {
    return routes.size();
  }
}
