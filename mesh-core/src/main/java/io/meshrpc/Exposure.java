package io.meshrpc;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;

/** Tells whether strangers can reach an address that a server is bound to. */
final class Exposure {
  private Exposure() {}

  /** What to warn of when a server without security is bound there; empty if nobody else can come. */
  static String warning(String endpoint) {
    return isLoopback(Endpoints.host(endpoint))
        ? ""
        : "INSECURE: this server is bound to " + endpoint
            + " without security. Whoever reaches that"
            + " port can call everything, and nothing is encrypted. Use"
            + " MeshServer.builder().security(...), see docs/guide/security.md; or, if this is"
            + " meant, say so with MeshServer.builder().insecure().";
  }

  private static boolean isLoopback(String host) {
    if (host.equals("*")) {
      return false;
    }
    try {
      NetworkInterface named = NetworkInterface.getByName(host); // ZeroMQ takes eth0 as well
      if (named != null) {
        return named.isLoopback();
      }
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (SocketException | UnknownHostException e) {
      return false; // rather too loud than too quiet
    }
  }
}
