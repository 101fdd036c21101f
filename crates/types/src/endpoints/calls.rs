//! Video calls.

use crate::endpoint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a call is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateCallResponse {
    /// The address to join it, below the server's own. Whoever has it may join.
    pub url: String,
}

endpoint! {
    /// Makes an address for a video call on a BigBlueButton server.
    ///
    /// The call begins when somebody joins. Refused where the operator has configured no such server.
    CreateBigBlueButtonVideoCall: Get "/calls/bigbluebutton/create", "create-big-blue-button-video-call", "channels",
        auth Basic => CreateCallResponse;
    CreateBigBlueButtonVideoCallRequest {
        /// The name of the meeting.
        meeting_name: String,
        /// Without cameras.
        voice_only: bool = false,
    }
}
