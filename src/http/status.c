// SPDX-License-Identifier: MIT
// The words behind a status, those of RFC 9110 and its companions. A switch, which the compiler makes a table of, so that
// each line of an answer costs one look; unknown numbers have the empty text, as in Go.
#include <gofer/http.h>

const char *go_http_status_text(int status)
{
    switch (status) {
#define STATUS(code, text)                                                                         \
    case code:                                                                                     \
        return text;
        STATUS(100, "Continue")
        STATUS(101, "Switching Protocols")
        STATUS(102, "Processing")
        STATUS(103, "Early Hints")
        STATUS(200, "OK")
        STATUS(201, "Created")
        STATUS(202, "Accepted")
        STATUS(203, "Non-Authoritative Information")
        STATUS(204, "No Content")
        STATUS(205, "Reset Content")
        STATUS(206, "Partial Content")
        STATUS(207, "Multi-Status")
        STATUS(208, "Already Reported")
        STATUS(226, "IM Used")
        STATUS(300, "Multiple Choices")
        STATUS(301, "Moved Permanently")
        STATUS(302, "Found")
        STATUS(303, "See Other")
        STATUS(304, "Not Modified")
        STATUS(305, "Use Proxy")
        STATUS(307, "Temporary Redirect")
        STATUS(308, "Permanent Redirect")
        STATUS(400, "Bad Request")
        STATUS(401, "Unauthorized")
        STATUS(402, "Payment Required")
        STATUS(403, "Forbidden")
        STATUS(404, "Not Found")
        STATUS(405, "Method Not Allowed")
        STATUS(406, "Not Acceptable")
        STATUS(407, "Proxy Authentication Required")
        STATUS(408, "Request Timeout")
        STATUS(409, "Conflict")
        STATUS(410, "Gone")
        STATUS(411, "Length Required")
        STATUS(412, "Precondition Failed")
        STATUS(413, "Request Entity Too Large")
        STATUS(414, "Request URI Too Long")
        STATUS(415, "Unsupported Media Type")
        STATUS(416, "Requested Range Not Satisfiable")
        STATUS(417, "Expectation Failed")
        STATUS(418, "I'm a teapot")
        STATUS(421, "Misdirected Request")
        STATUS(422, "Unprocessable Entity")
        STATUS(423, "Locked")
        STATUS(424, "Failed Dependency")
        STATUS(425, "Too Early")
        STATUS(426, "Upgrade Required")
        STATUS(428, "Precondition Required")
        STATUS(429, "Too Many Requests")
        STATUS(431, "Request Header Fields Too Large")
        STATUS(451, "Unavailable For Legal Reasons")
        STATUS(500, "Internal Server Error")
        STATUS(501, "Not Implemented")
        STATUS(502, "Bad Gateway")
        STATUS(503, "Service Unavailable")
        STATUS(504, "Gateway Timeout")
        STATUS(505, "HTTP Version Not Supported")
        STATUS(506, "Variant Also Negotiates")
        STATUS(507, "Insufficient Storage")
        STATUS(508, "Loop Detected")
        STATUS(510, "Not Extended")
        STATUS(511, "Network Authentication Required")
#undef STATUS
    default:
        return "";
    }
}
